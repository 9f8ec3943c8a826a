package dev.etcdbackup.restore;

import dev.etcdbackup.changes.ChangesFile;
import dev.etcdbackup.changes.ChangesHeader;
import java.io.IOException;
import java.util.Optional;

/** What the next object of a chain must continue: the backup, or an object of changes. */
sealed interface ChainLink {
  /** Its last revision. */
  long to();

  /** Whether an object was recorded directly after this one. */
  boolean isNamedBy(ChangesHeader next) throws IOException;

  /** A hash over the events of some revisions; empty unless it holds all of them. */
  Optional<String> fingerprint(long first, long last);

  /** The first revision of which {@link #fingerprint} knows the events. */
  long from();

  /** Whether an object holds revisions of this one, up to the last, with the same events. */
  default boolean overlaps(ChangesFile next) {
    long first = Math.max(from(), next.header().from());
    Optional<String> mine = fingerprint(first, to());
    return mine.isPresent() && mine.equals(next.fingerprint(first, to()));
  }

  /** The backup on which the chain is. */
  record Base(long to, String lastRevision, Sha256 sha256) implements ChainLink {
    /** Reads the backup once. */
    @FunctionalInterface
    interface Sha256 {
      String compute() throws IOException;
    }

    @Override
    public boolean isNamedBy(ChangesHeader next) throws IOException {
      return next.from() == to + 1
          && next.predecessorSha256().isEmpty()
          && next.baseSha256().equals(sha256.compute());
    }

    @Override
    public long from() {
      return to;
    }

    @Override
    public Optional<String> fingerprint(long first, long last) {
      return first == to && last == to ? Optional.of(lastRevision) : Optional.empty();
    }
  }

  /** An object of changes. */
  record Changes(ChangesFile file) implements ChainLink {
    @Override
    public long to() {
      return file.header().to();
    }

    @Override
    public boolean isNamedBy(ChangesHeader next) {
      return next.from() == to() + 1 && next.predecessorSha256().equals(file.sha256());
    }

    @Override
    public long from() {
      return file.header().from();
    }

    @Override
    public Optional<String> fingerprint(long first, long last) {
      return file.fingerprint(first, last);
    }
  }
}
