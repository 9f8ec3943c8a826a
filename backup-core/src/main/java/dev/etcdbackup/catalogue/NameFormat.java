package dev.etcdbackup.catalogue;

import org.jspecify.annotations.Nullable;

/** A format of keys: reads them, and describes itself. Stateless. */
interface NameFormat {
  ForeignFormat format();

  /** Reads a key; null when it is not in this format. Never throws. */
  @Nullable Found read(KeyParts key);
}
