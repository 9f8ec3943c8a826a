package dev.etcdbackup.coverage;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Information on the encryption of a project whose newest backup is encrypted.
 *
 * <p>Immutable and thread-safe.
 *
 * @param keyIds the ids of the keys that the newest backup is encrypted to; empty when they were
 *     not read
 * @param lastOpened when a test restore last opened a backup of the project with a private key, by
 *     {@link KeyUse}; empty when there is no record of one
 */
public record EncryptionCoverage(List<String> keyIds, Optional<Instant> lastOpened) {
  /** Once a month, as docs/encryption.md recommends. */
  private static final Duration LONGEST = Duration.ofDays(31);

  private static final Duration AHEAD = Duration.ofHours(1); // as of names dated in the future

  /** Copies the list. */
  public EncryptionCoverage {
    keyIds = List.copyOf(keyIds);
    Objects.requireNonNull(lastOpened, "lastOpened");
  }

  /**
   * Returns a warning when no backup has been opened with a private key for more than 31 days, or
   * when the record says more than an hour after now, which a wrong clock causes.
   *
   * @param now the current time
   * @return one line; empty when there is nothing to warn of
   */
  public Optional<String> warning(Instant now) {
    if (lastOpened.isEmpty()) {
      return Optional.of("no backup has been opened with a private key yet");
    }
    Duration since = Duration.between(lastOpened.get(), now);
    if (since.compareTo(AHEAD.negated()) < 0) {
      return Optional.of(
          "the record of when a backup was last opened with a private key is dated "
              + lastOpened.get()
              + ", in the future");
    }
    return since.compareTo(LONGEST) > 0
        ? Optional.of(
            "no backup has been opened with a private key for " + since.toDays() + " days")
        : Optional.empty();
  }
}
