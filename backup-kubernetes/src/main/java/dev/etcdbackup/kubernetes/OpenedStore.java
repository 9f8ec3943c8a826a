package dev.etcdbackup.kubernetes;

import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.s3.S3StoreBuilder;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A store of certain settings with its client, which is closed by the last of those that use it:
 * the calls under way, and whoever opened it.
 */
final class OpenedStore {
  private final StoreSettings settings;
  private final S3BackupStore store;
  private final S3Client client;
  private final AtomicInteger users = new AtomicInteger(1); // the first is who opened it

  private OpenedStore(StoreSettings settings, S3BackupStore store, S3Client client) {
    this.settings = settings;
    this.store = store;
    this.client = client;
  }

  /**
   * Opens a store. Sends nothing.
   *
   * @throws IllegalArgumentException when the settings are not valid
   */
  static OpenedStore of(StoreSettings settings, UnaryOperator<S3StoreBuilder> customization) {
    S3Client client = settings.client();
    try {
      S3StoreBuilder builder =
          S3BackupStore.builder(client, settings.bucket()).prefix(settings.prefix());
      return new OpenedStore(settings, customization.apply(builder).build(), client);
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  StoreSettings settings() {
    return settings;
  }

  S3BackupStore store() {
    return store;
  }

  /** Adds a user. The caller makes sure that the last one has not left. */
  void enter() {
    users.incrementAndGet();
  }

  void leave() {
    if (users.decrementAndGet() == 0) {
      client.close();
    }
  }

  /** Returns the stream, whose end is that of a user. */
  InputStream leavingAtEnd(InputStream stream) {
    return new FilterInputStream(stream) {
      // Two threads may close it at once: who reads it, and who gives the reading up.
      private final AtomicBoolean left = new AtomicBoolean();

      @Override
      public void close() throws IOException {
        try {
          super.close();
        } finally {
          if (!left.getAndSet(true)) {
            leave();
          }
        }
      }
    };
  }
}
