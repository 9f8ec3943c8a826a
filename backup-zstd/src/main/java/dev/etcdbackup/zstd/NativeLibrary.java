package dev.etcdbackup.zstd;

import com.github.luben.zstd.util.Native;
import dev.etcdbackup.StoreException;

/**
 * The native library of zstd. It is in a jar, and is unpacked to a temporary file when it is first
 * used, which fails where the disk for those is full or read-only.
 */
final class NativeLibrary {
  private NativeLibrary() {}

  /**
   * Loads the library, unless it is loaded.
   *
   * @throws StoreException when it cannot be loaded; a later call tries it again
   */
  static void require() throws StoreException {
    try {
      Native.load();
    } catch (LinkageError e) {
      String directory =
          System.getProperty("ZstdTempFolder", System.getProperty("java.io.tmpdir", ""));
      throw new StoreException(
          "zstd cannot be used, because its native library, which is unpacked in "
              + directory
              + ", cannot be loaded: "
              + e.getMessage(),
          e);
    }
  }
}
