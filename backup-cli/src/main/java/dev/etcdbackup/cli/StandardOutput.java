package dev.etcdbackup.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The standard output of the process, unbuffered. Remembers whether its reader went away, as {@code
 * head} does when it has seen enough: that is no failure to tell of.
 */
final class StandardOutput extends OutputStream {
  private static final Path LINK = Path.of("/proc/self/fd/1"); // Linux

  private final OutputStream descriptor;
  private volatile boolean readerGone;

  StandardOutput() {
    this(new FileOutputStream(FileDescriptor.out));
  }

  StandardOutput(OutputStream descriptor) {
    this.descriptor = descriptor;
  }

  /** Whether a write failed because the reader of the pipe has closed it. */
  boolean isReaderGone() {
    return readerGone;
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    try {
      descriptor.write(bytes, offset, count);
    } catch (IOException e) {
      readerGone = "Broken pipe".equals(e.getMessage()) || isPipe();
      throw e;
    }
  }

  /** The message is in the language of the locale; a write to a pipe fails for no other reason. */
  private static boolean isPipe() {
    try {
      return Files.readSymbolicLink(LINK).toString().startsWith("pipe:");
    } catch (IOException | UnsupportedOperationException notLinux) {
      return false;
    }
  }
}
