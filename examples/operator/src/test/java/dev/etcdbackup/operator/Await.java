package dev.etcdbackup.operator;

import static org.assertj.core.api.Assertions.fail;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Waits for what others do. */
final class Await {
  private Await() {}

  static void until(String what, Callable<Boolean> condition) throws Exception {
    until(what, 30, condition);
  }

  static void until(String what, int seconds, Callable<Boolean> condition) throws Exception {
    until(what, seconds, condition, Boolean.TRUE::equals);
  }

  static <T> void until(String what, Callable<T> actual, Predicate<? super T> expected)
      throws Exception {
    until(what, 30, actual, expected);
  }

  /** Waits for a value; the message of a failure has the last one that was seen. */
  static <T> void until(String what, int seconds, Callable<T> actual, Predicate<? super T> expected)
      throws Exception {
    long begun = System.nanoTime();
    T last = actual.call();
    while (!expected.test(last)) {
      if (System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(seconds)) {
        fail("not %s after %d s, but: %s", what, seconds, last);
      }
      TimeUnit.MILLISECONDS.sleep(20);
      last = actual.call();
    }
  }
}
