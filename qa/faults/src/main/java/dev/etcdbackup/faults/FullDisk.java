package dev.etcdbackup.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A file system of its own, a tmpfs, with room for so many more bytes. */
final class FullDisk implements Trouble {
  /** What the kernel says of it. */
  private static final String FULL = "No space left on device";

  private static final int PAGE = 4096;

  private final long room;
  private @Nullable Tmpfs disk;
  private @Nullable Path filler;
  private int fired;

  FullDisk(long room) {
    this.room = room;
  }

  @Override
  public Backend backend(TestServers servers, Case testCase, Path directory) throws IOException {
    disk = Tmpfs.mount(directory);
    filler = directory.resolve("filler");
    return servers.backend(testCase, null, directory.resolve("store"));
  }

  @Override
  public void begin(Backend backend) throws IOException {
    Path file = Objects.requireNonNull(filler);
    try (OutputStream out = Files.newOutputStream(file)) {
      byte[] page = new byte[PAGE];
      while (Files.getFileStore(file).getUsableSpace() > room) {
        out.write(page);
      }
    }
  }

  @Override
  public Work.Done run(Work work) {
    Work.Done done = work.run();
    fired = done.said().contains(FULL) ? 1 : 0;
    return done;
  }

  @Override
  public int fired() {
    return fired;
  }

  @Override
  public void end() throws IOException {
    Files.deleteIfExists(Objects.requireNonNull(filler));
  }

  @Override
  public void close() throws IOException {
    if (disk != null) {
      disk.close();
    }
  }
}
