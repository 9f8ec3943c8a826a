package dev.etcdbackup.cli;

import dev.etcdbackup.snapshot.HistorySelection;
import dev.etcdbackup.snapshot.KeyRange;
import dev.etcdbackup.snapshot.KeySelection;
import dev.etcdbackup.snapshot.Revision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which part of a snapshot is restored. */
final class RestoreSelectionOptions {
  @Option(
      names = "--prefix",
      paramLabel = "P",
      description =
          "Restore only keys that start with P, with their revisions, history and leases; may be"
              + " given several times. A byte that is not UTF-8 is written \\xNN. Default: all.")
  private List<String> prefixes = new ArrayList<>();

  @Option(
      names = "--exclude-prefix",
      paramLabel = "P",
      description = "Exclude the keys that start with P; may be given several times.")
  private List<String> excludedPrefixes = new ArrayList<>();

  @Option(
      names = "--from-key",
      paramLabel = "K",
      description = "Restore only keys from K on, in the order of their bytes.")
  private @Nullable String fromKey;

  @Option(names = "--to-key", paramLabel = "K", description = "Restore only keys before K.")
  private @Nullable String toKey;

  @Option(
      names = "--at-revision",
      converter = Converters.StateAt.class,
      paramLabel = "N",
      description =
          "Restore the state of revision N, which the snapshot must still hold. Default: the last.")
  private Revision atRevision = Revision.LATEST;

  @Option(
      names = "--drop-history",
      description =
          "Restore only the last value of each key, as if the history had been compacted.")
  private boolean dropHistory;

  HistorySelection selection() throws UsageException {
    KeySelection keys = KeySelection.all();
    for (String prefix : prefixes) {
      keys = keys.including(prefix("--prefix", prefix));
    }
    if (fromKey != null || toKey != null) {
      if (!prefixes.isEmpty()) {
        throw new UsageException("--from-key and --to-key cannot be combined with --prefix");
      }
      keys = keys.including(range());
    }
    for (String prefix : excludedPrefixes) {
      keys = keys.excluding(prefix("--exclude-prefix", prefix));
    }
    return new HistorySelection(keys, atRevision, dropHistory);
  }

  private KeyRange range() throws UsageException {
    byte[] from = BytesText.unescaped(fromKey == null ? "" : fromKey);
    if (toKey == null) {
      return KeyRange.from(from);
    }
    byte[] to = BytesText.unescaped(toKey);
    if (Arrays.compareUnsigned(from, to) >= 0) {
      throw new UsageException(
          "--from-key must be before --to-key in the order of bytes; no key is between them");
    }
    return KeyRange.between(from, to);
  }

  private static KeyRange prefix(String option, String prefix) throws UsageException {
    if (prefix.isEmpty()) {
      throw new UsageException(option + " must not be empty; omit it for all keys");
    }
    return KeyRange.prefix(BytesText.unescaped(prefix));
  }
}
