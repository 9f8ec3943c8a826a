package dev.etcdbackup.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TasksTest {
  private static final Owner OWNER =
      new Owner("g/v1", "Kind", new ResourceID("a", "services"), "uid", "");

  private final Tasks<String> tasks = new Tasks<>("test", 1);
  private final LinkedBlockingQueue<Owner> done = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    tasks.close();
  }

  @Test
  void aTaskThatIsRestartedIsInterruptedAndBeginsAgainWithOtherWork() throws Exception {
    tasks.onDone(done::add);
    CountDownLatch begun = new CountDownLatch(1);
    assertThat(tasks.result(OWNER, () -> waited(begun))).isEmpty();
    begun.await();

    tasks.restart(OWNER);

    assertThat(done.poll(20, TimeUnit.SECONDS)).isEqualTo(OWNER);
    assertThat(tasks.result(OWNER, () -> "interrupted " + Thread.interrupted())).isEmpty();
    assertThat(done.poll(20, TimeUnit.SECONDS)).isEqualTo(OWNER);
    assertThat(tasks.result(OWNER, () -> "again")).contains("interrupted false");
    tasks.restart(OWNER); // it is done
    assertThat(tasks.result(OWNER, () -> "again")).contains("interrupted false");
  }

  @Test
  void aTaskThatHasNotBegunIsReplaced() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Owner first = new Owner("g/v1", "Kind", new ResourceID("b", "services"), "uid-b", "");
    assertThat(tasks.result(first, () -> held(begun, end))).isEmpty();
    begun.await();
    assertThat(tasks.result(OWNER, () -> "old")).isEmpty();
    tasks.onDone(done::add);

    tasks.restart(OWNER);

    assertThat(done.poll(20, TimeUnit.SECONDS)).isEqualTo(OWNER);
    assertThat(tasks.result(OWNER, () -> "new")).isEmpty();
    end.countDown();
    assertThat(done.poll(20, TimeUnit.SECONDS)).isEqualTo(first);
    assertThat(done.poll(20, TimeUnit.SECONDS)).isEqualTo(OWNER);
    assertThat(tasks.result(OWNER, () -> "again")).contains("new");
  }

  private static String held(CountDownLatch begun, CountDownLatch end) {
    begun.countDown();
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return "held";
  }

  private static String waited(CountDownLatch begun) {
    return held(begun, new CountDownLatch(1)); // with the interrupt, as restores do
  }
}
