package dev.etcdbackup.zstd;

import com.github.luben.zstd.ZstdCompressCtx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The threads that compress the blocks of one stream, and the memory of zstd for each of them. */
final class Compressors {
  private final int level;
  private final int threads;
  private final List<ZstdCompressCtx> all = new ArrayList<>();
  private final BlockingQueue<ZstdCompressCtx> idle = new LinkedBlockingQueue<>();
  private @Nullable ExecutorService executor;
  private boolean closed;

  Compressors(int level, int threads) {
    this.level = level;
    this.threads = threads;
  }

  Future<Block> submit(Block block) {
    if (executor == null) {
      executor = start();
    }
    return executor.submit(
        () -> {
          ZstdCompressCtx context = idle.remove(); // there is one for each thread
          try {
            block.compress(context);
          } finally {
            idle.add(context);
          }
          return block;
        });
  }

  private ExecutorService start() {
    for (int i = 0; i < threads; i++) {
      ZstdCompressCtx context = new ZstdCompressCtx();
      context.setLevel(level).setChecksum(true).setContentSize(true);
      all.add(context);
    }
    idle.addAll(all);
    return Executors.newFixedThreadPool(
        threads,
        work -> {
          Thread thread = new Thread(work, "etcd-backup-zstd");
          thread.setDaemon(true);
          return thread;
        });
  }

  /** Ends the threads, once they have done the blocks that they are compressing. */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (executor != null) {
      executor.shutdownNow();
      awaitEnd(executor);
    }
    all.forEach(ZstdCompressCtx::close);
  }

  private static void awaitEnd(ExecutorService executor) {
    boolean interrupted = false;
    while (true) {
      try {
        if (executor.awaitTermination(1, TimeUnit.MINUTES)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
