package dev.etcdbackup.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for what others do. */
final class Await {
  private Await() {}

  static void until(String what, Callable<Boolean> condition) throws Exception {
    until(what, 30, condition);
  }

  static void until(String what, int seconds, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!condition.call()) {
      assertThat(System.nanoTime() - end).as(what + ": time is up").isNegative();
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }
}
