package dev.etcdbackup.s3;

import com.sun.management.GarbageCollectionNotificationInfo;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import java.io.InputStream;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.net.URI;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A program of its own: puts as many made-up bytes as its argument says to an endpoint, and prints
 * by how much the heap in use after collections grew at most.
 */
final class LargePutInSmallHeap {
  private static final AtomicLong PEAK = new AtomicLong();

  private LargePutInSmallHeap() {}

  public static void main(String[] args) throws Exception {
    URI endpoint = URI.create(args[0]);
    long size = Long.parseLong(args[1]);
    watchCollections();
    try (S3Client client =
        S3Clients.forRgw(endpoint)
            .credentials(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
            .build()) {
      S3BackupStore store = S3BackupStore.builder(client, "bucket").build();
      if (store.find(BackupKey.of("p", "a")).isPresent()) {
        throw new IllegalStateException("the key is taken");
      }
      System.gc();
      MemoryUsage before = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
      PEAK.set(0);
      store.put(BackupKey.of("p", "a"), Content.of(new MadeUp(size), size));
      System.out.println("peak " + (PEAK.get() - before.getUsed()));
    }
  }

  private static void watchCollections() {
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      ((NotificationEmitter) collector)
          .addNotificationListener(
              (notification, ignored) -> {
                CompositeData data = (CompositeData) notification.getUserData();
                long used =
                    GarbageCollectionNotificationInfo.from(data)
                        .getGcInfo()
                        .getMemoryUsageAfterGc()
                        .entrySet()
                        .stream()
                        .filter(pool -> !pool.getKey().matches(".*(Metaspace|Class|Code).*"))
                        .mapToLong(pool -> pool.getValue().getUsed())
                        .sum();
                PEAK.accumulateAndGet(used, Math::max);
              },
              null,
              null);
    }
  }

  private static final class MadeUp extends InputStream {
    private long left;

    MadeUp(long size) {
      left = size;
    }

    @Override
    public int read() {
      return left-- > 0 ? 7 : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      Objects.checkFromIndexSize(offset, length, target.length);
      if (left <= 0) {
        return -1;
      }
      int count = (int) Math.min(left, length);
      left -= count;
      return count;
    }
  }
}
