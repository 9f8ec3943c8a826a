package dev.etcdbackup.kubernetes;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoreException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The client of a store is closed by its last user, and not before. */
class OpenedStoreTest {
  /** Who gives up reading a stored backup closes its stream while the reader may close it, too. */
  @Test
  void aStreamThatTwoThreadsCloseIsOneUser() throws Exception {
    OpenedStore opened = open();
    CyclicBarrier both = new CyclicBarrier(2);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (int i = 0; i < 3000; i++) {
        opened.enter();
        InputStream stream = opened.leavingAtEnd(InputStream.nullInputStream());
        List<Future<?>> closing =
            List.of(threads.submit(() -> close(stream, both)), threads.submit(() -> close(stream, both)));
        for (Future<?> one : closing) {
          one.get();
        }
      }
    } finally {
      threads.shutdownNow();
    }
    // The server is not there; a client that was closed says something else.
    assertThatThrownBy(() -> opened.store().find(BackupKey.of("p", "a")))
        .isInstanceOf(StoreException.class)
        .hasStackTraceContaining("refused");
    opened.leave();
  }

  private static Void close(InputStream stream, CyclicBarrier both) throws Exception {
    both.await();
    stream.close();
    return null;
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
