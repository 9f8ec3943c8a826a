package dev.etcdbackup.catalogue;

import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code FFFFFFFF99CF3120.snapshot}: the hexadecimal form of the negated seconds since 1970, so
 * that the newest is listed first. The contents are encrypted by Omni.
 */
final class OmniFormat implements NameFormat {
  private static final Pattern NAME = Pattern.compile("([0-9A-F]{16})\\.snapshot");

  @Override
  public ForeignFormat format() {
    return new ForeignFormat(
        "omni", "Sidero Omni", "1f8a5ef4-7b1c-4b77-9c0e-0a3a6f8d2d51/FFFFFFFF99CDED60.snapshot");
  }

  @Override
  public @Nullable Found read(KeyParts key) {
    Matcher name = key.name(NAME);
    Instant time = name == null ? null : Times.ofEpoch(-Long.parseUnsignedLong(name.group(1), 16));
    return time == null ? null : Found.snapshot(time, key.directory(), List.of("omni"));
  }
}
