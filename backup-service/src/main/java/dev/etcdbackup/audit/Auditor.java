package dev.etcdbackup.audit;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupInspector;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Inspection;
import dev.etcdbackup.Inspection.Outcome;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.catalogue.Catalogue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Audits a store. It groups a listing into series and reads some of the snapshots; it never writes.
 *
 * <p>Thread-safe if the inspector is. {@link #run} blocks while it reads; an interrupt ends it with
 * the exception of the store. It takes memory in proportion to the number of backups, a few hundred
 * bytes each.
 */
public final class Auditor {
  private static final int UNREADABLE_IN_A_ROW = 3;
  private static final Set<String> CANNOT_BE_UNDONE = Set.of("age", "omni", "lzw");

  private final BackupStore store;
  private final BackupInspector inspector;
  private final Catalogue catalogue;
  private final int every;
  private final Consumer<AuditedBackup> listener;

  private Auditor(Builder builder) {
    this.store = builder.store;
    this.inspector = builder.inspector;
    this.catalogue = builder.catalogue;
    this.every = builder.every;
    this.listener = builder.listener;
  }

  /**
   * Returns a builder of an auditor.
   *
   * @param store the store
   * @param inspector reads backups
   * @return a builder with the defaults
   */
  public static Builder builder(BackupStore store, BackupInspector inspector) {
    return new Builder(store, inspector);
  }

  /**
   * Audits the backups of a listing.
   *
   * @param listing the complete listing of the store or of a project, in any order; a backup that
   *     was deleted since is not read
   * @param now the current time
   * @return what was found; backups that are damaged or cannot be read are in there, not thrown
   * @throws StoreException when the thread was interrupted while a backup was read; what else the
   *     inspector or the listener throws is thrown as it is
   */
  public Audit run(Collection<Backup> listing, Instant now) throws BackupException {
    List<SeriesContents> contents = SeriesContents.of(listing, catalogue);
    Reading reading = new Reading();
    List<AuditedSeries> series = new ArrayList<>();
    for (SeriesContents one : contents) {
      Map<Integer, AuditedBackup> read = new HashMap<>();
      for (int index : selected(one, now)) {
        Optional<AuditedBackup> result = reading.read(one.newestFirst().get(index));
        result.ifPresent(it -> read.put(index, it));
      }
      series.add(new SeriesAudit(one, read, now).result());
    }
    return new Audit(now, series, reading.notRead);
  }

  /** The newest that is not dated ahead, and every so many after it. */
  private List<Integer> selected(SeriesContents series, Instant now) {
    List<Integer> selected = new ArrayList<>();
    List<AuditedBackup> all = series.newestFirst();
    int first = series.newestIndex(now);
    if (every == 0 || first < 0) {
      return List.of();
    }
    for (long i = every == 1 ? 0 : first; i < all.size(); i += every) {
      selected.add((int) i);
    }
    return selected;
  }

  /** Reads backups until the store failed too often in a row. */
  private final class Reading {
    private int failedInARow;
    private int notRead;

    Optional<AuditedBackup> read(AuditedBackup one) throws BackupException {
      if (failedInARow >= UNREADABLE_IN_A_ROW) {
        notRead++;
        return Optional.empty();
      }
      AuditedBackup result;
      try {
        result = one.with(inspect(one));
        failedInARow = 0;
      } catch (BackupNotFoundException e) {
        return Optional.empty(); // deleted since the listing
      } catch (StoreException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw e;
        }
        failedInARow++;
        result = one.unreadable(String.valueOf(e.getMessage()));
      }
      listener.accept(result);
      return Optional.of(result);
    }

    private Inspection inspect(AuditedBackup one) throws BackupException {
      if (one.backup().stored().size() == 0) {
        return Inspection.without(Outcome.NO_SNAPSHOT, List.of("it is empty"));
      }
      Optional<String> cannot =
          one.encodings().stream().filter(CANNOT_BE_UNDONE::contains).findFirst();
      if (cannot.isPresent()) {
        return Inspection.without(
            Outcome.NOT_VERIFIED, List.of("it is in " + cannot.get() + ", which is not read here"));
      }
      return inspector.inspect(one.backup(), store);
    }
  }

  /** A builder of an auditor. Not thread-safe. */
  public static final class Builder {
    private final BackupStore store;
    private final BackupInspector inspector;
    private Catalogue catalogue = Catalogue.utc();
    private int every = Integer.MAX_VALUE;
    private Consumer<AuditedBackup> listener = one -> {};

    private Builder(BackupStore store, BackupInspector inspector) {
      this.store = Objects.requireNonNull(store, "store");
      this.inspector = Objects.requireNonNull(inspector, "inspector");
    }

    /**
     * Sets the catalogue of the names of other tools. Default: {@link Catalogue#utc()}.
     *
     * @param catalogue the catalogue
     * @return this
     */
    public Builder catalogue(Catalogue catalogue) {
      this.catalogue = Objects.requireNonNull(catalogue, "catalogue");
      return this;
    }

    /**
     * Reads the newest snapshot of each series and every Nth before it. Default: only the newest of
     * each series is read.
     *
     * @param every N, at least 1; 1 reads every snapshot
     * @return this
     * @throws IllegalArgumentException when N is less than 1
     */
    public Builder sample(int every) {
      if (every < 1) {
        throw new IllegalArgumentException("sample must be 1 or more, not " + every);
      }
      this.every = every;
      return this;
    }

    /**
     * Reads no snapshot: the audit is of the listing alone.
     *
     * @return this
     */
    public Builder listingOnly() {
      this.every = 0;
      return this;
    }

    /**
     * Sets the listener that receives each snapshot as soon as it was read. Default: none.
     *
     * @param listener called on the thread that audits
     * @return this
     */
    public Builder onExamined(Consumer<AuditedBackup> listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Builds the auditor.
     *
     * @return the auditor
     */
    public Auditor build() {
      return new Auditor(this);
    }
  }
}
