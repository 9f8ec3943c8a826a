package dev.etcdbackup.internal;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Waits for what another thread writes to a disk. */
public final class PendingWrites {
  private PendingWrites() {}

  /**
   * Waits for the end of a write. A disk is waited for: an interrupt does not end the wait, and is
   * kept for whoever asks for it next.
   *
   * @param write the write
   * @param <T> what it returns
   * @return what it returned
   * @throws IOException when it failed with one, which is the cause
   */
  public static <T extends @Nullable Object> T await(Future<T> write) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return write.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          if (e.getCause() instanceof IOException failure) {
            throw new IOException(failure.getMessage(), failure);
          }
          throw new IllegalStateException(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
