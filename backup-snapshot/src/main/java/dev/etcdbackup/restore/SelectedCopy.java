package dev.etcdbackup.restore;

import dev.etcdbackup.snapshot.BucketVisitor;
import dev.etcdbackup.snapshot.HistoryFilter;
import java.io.IOException;
import java.util.Map;

/**
 * Passes on the part of a snapshot that a {@link HistoryFilter} takes: its events, their leases,
 * and the revision of the whole. Where nothing else would record that revision, an entry with an
 * empty key does, as in a restore by etcd that raises the revision; clients never see it.
 */
final class SelectedCopy implements BucketVisitor {
  private static final Entries NOTHING = (array, keyOffset, keyLength, valueLength) -> {};

  private final BucketVisitor next;
  private final HistoryFilter filter;
  private final boolean dropsHistory;
  private final boolean marksRevision;
  private String current = "";
  private Entries out = NOTHING;
  private OverlaidEntries meta = new OverlaidEntries(NOTHING, Map.of());

  /**
   * @param next takes what is left
   * @param dropsHistory whether the filter takes the latest only, so that the history counts as
   *     compacted at its revision
   * @param marksRevision whether the revision is to be kept; not when it is raised anyway
   */
  SelectedCopy(
      BucketVisitor next, HistoryFilter filter, boolean dropsHistory, boolean marksRevision) {
    this.next = next;
    this.filter = filter;
    this.dropsHistory = dropsHistory;
    this.marksRevision = marksRevision;
  }

  @Override
  public Entries bucket(String name) throws IOException {
    finish();
    out = next.bucket(name);
    current = name;
    return switch (name) {
      case "key" -> this::event;
      case "lease" -> this::lease;
      case "meta" -> {
        meta = new OverlaidEntries(out, dropsHistory ? compaction() : Map.of());
        yield meta;
      }
      default -> out;
    };
  }

  /** Passes on what belongs to the end of the last bucket. */
  void finish() throws IOException {
    if (current.equals("key") && marksRevision && filter.losesRevision()) {
      byte[] marker = StoredRevision.of(filter.revision());
      out.entry(marker, 0, marker.length, 0);
    }
    if (current.equals("meta")) {
      meta.finish();
    }
    current = "";
  }

  private void event(byte[] array, int keyOffset, int keyLength, int valueLength)
      throws IOException {
    if (filter.takesEvent(array, keyOffset, keyLength, valueLength)) {
      out.entry(array, keyOffset, keyLength, valueLength);
    }
  }

  private void lease(byte[] array, int keyOffset, int keyLength, int valueLength)
      throws IOException {
    if (filter.takesLease(array, keyOffset, keyLength)) {
      out.entry(array, keyOffset, keyLength, valueLength);
    }
  }

  private Map<String, byte[]> compaction() {
    byte[] revision = StoredRevision.of(filter.revision());
    return Map.of("finishedCompactRev", revision, "scheduledCompactRev", revision);
  }
}
