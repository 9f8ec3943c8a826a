package dev.etcdbackup.kubernetes;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoreException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The client of a store is closed by its last user, and not before. */
class OpenedStoreTest {
  /** Who gives up reading a stored backup closes its stream while the reader may close it, too. */
  @Test
  void aStreamThatTwoThreadsCloseIsOneUser() throws Exception {
    OpenedStore opened = open();
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      for (int i = 0; i < 3000; i++) {
        opened.enter();
        InputStream stream = opened.leavingAtEnd(new ClosedByTwo());
        Future<Void> closing =
            other.submit(
                () -> {
                  stream.close();
                  return null;
                });
        stream.close();
        closing.get();
      }
    } finally {
      other.shutdownNow();
    }
    // The server is not there; a client that was closed says something else.
    assertThatThrownBy(() -> opened.store().find(BackupKey.of("p", "a")))
        .isInstanceOf(StoreException.class)
        .hasStackTraceContaining("refused");
    opened.leave();
  }

  /** Both threads return from closing it at the same moment. */
  private static final class ClosedByTwo extends InputStream {
    private final AtomicInteger closing = new AtomicInteger();

    @Override
    public int read() {
      return -1;
    }

    @Override
    public void close() {
      closing.incrementAndGet();
      while (closing.get() < 2) {
        Thread.onSpinWait();
      }
    }
  }

  private static OpenedStore open() {
    Map<String, String> entries =
        Map.of(
            "bucket", "b",
            "endpoint", "http://127.0.0.1:1",
            "accessKeyId", "a",
            "secretAccessKey", "s");
    return OpenedStore.of(new StoreSettings(entries, Map.of()), builder -> builder);
  }
}
