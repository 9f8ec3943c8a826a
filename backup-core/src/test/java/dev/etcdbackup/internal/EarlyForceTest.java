package dev.etcdbackup.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EarlyForceTest {
  private static final long STEP = 32 << 20;

  @Test
  void aSmallFileIsForcedOnceAndByTheCaller() throws IOException {
    Disk disk = new Disk();
    try (EarlyForce early = new EarlyForce(disk)) {
      early.wrote(STEP - 1);
      assertThat(disk.forces).isEmpty();
      early.force();
    }
    assertThat(disk.forces).containsExactly(Thread.currentThread().getName() + " true");
  }

  @Test
  void aLargeFileIsForcedWhileMoreIsWrittenToIt() throws Exception {
    Disk disk = new Disk();
    disk.permits.drainPermits();
    try (EarlyForce early = new EarlyForce(disk)) {
      early.wrote(STEP);
      assertThat(disk.forces.take()).isEqualTo("etcd-backup-force false");
      early.wrote(5 * STEP); // does not wait for the disk, and begins no second force
      assertThat(disk.forces).isEmpty();
      disk.permits.release(2);
      early.force();
    }
    assertThat(List.copyOf(disk.forces))
        .containsExactly(Thread.currentThread().getName() + " true");
  }

  /** A second fsync says nothing of what the first one could not write. */
  @Test
  void aFailureOfTheDiskIsNotForgotten() throws Exception {
    Disk disk = new Disk();
    disk.failure = new IOException("no space left");
    try (EarlyForce early = new EarlyForce(disk)) {
      early.wrote(STEP);
      disk.forces.take();
      assertThatIOException().isThrownBy(early::force).withMessage("no space left");
    }
    try (EarlyForce early = new EarlyForce(disk)) {
      early.wrote(STEP);
      assertThatIOException()
          .isThrownBy(
              () -> {
                while (true) { // as soon as the disk has told
                  early.wrote(STEP);
                }
              })
          .withMessage("no space left");
    }
  }

  @Test
  void aFileThatIsGivenUpIsNotClosedWhileItIsForced() throws Exception {
    Disk disk = new Disk();
    disk.failure = new IOException("no space left");
    EarlyForce early = new EarlyForce(disk);
    early.wrote(STEP);
    assertThatCode(early::close).doesNotThrowAnyException();
    assertThat(disk.forces).hasSize(1);
  }

  @Test
  void anInterruptIsKeptForTheCaller() throws Exception {
    Disk disk = new Disk();
    disk.permits.drainPermits();
    EarlyForce early = new EarlyForce(disk);
    early.wrote(STEP);
    disk.forces.take();
    Thread.currentThread().interrupt();
    disk.permits.release(1);
    early.close();
    assertThat(Thread.interrupted()).isTrue();
  }

  /** A file that notes who forces it, and waits for a permit to do so. */
  private static final class Disk extends FileChannel {
    final BlockingQueue<String> forces = new LinkedBlockingQueue<>();
    final Semaphore permits = new Semaphore(1000);
    volatile @Nullable IOException failure;

    @Override
    public void force(boolean metaData) throws IOException {
      forces.add(Thread.currentThread().getName() + " " + metaData);
      permits.acquireUninterruptibly();
      IOException toThrow = failure;
      if (toThrow != null) {
        throw toThrow;
      }
    }

    @Override
    public int read(ByteBuffer to) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer from) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long position() {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileChannel position(long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long size() {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileChannel truncate(long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel to) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel from, long position, long count) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(ByteBuffer to, long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer from, long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected void implCloseChannel() {}
  }
}
