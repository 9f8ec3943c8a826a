package dev.etcdbackup.restore;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.internal.Counted;
import dev.etcdbackup.snapshot.BucketVisitor;
import dev.etcdbackup.snapshot.EncryptedValues;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HistoryFilter;
import dev.etcdbackup.snapshot.HistorySelection;
import dev.etcdbackup.snapshot.Preflight;
import dev.etcdbackup.snapshot.Problem;
import dev.etcdbackup.snapshot.VerifyOptions;
import dev.etcdbackup.snapshot.VerifyReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Verifies a snapshot and copies what is wanted of it into a new database. For one use. */
final class DatabaseCopy {
  private final Settings settings;
  private final HistoryFilter filter;
  private final BackendCopy database;
  private @Nullable AuthCopy auth;

  /**
   * What is wanted.
   *
   * @param rootPasswordHash the password of root as bcrypt writes it; empty to leave the passwords
   */
  record Settings(
      boolean clearsAlarms,
      boolean skipsHashCheck,
      HistorySelection selection,
      boolean dropsAuth,
      String rootPasswordHash) {
    Settings {
      if (dropsAuth && !rootPasswordHash.isEmpty()) {
        throw new IllegalArgumentException(
            "without-auth drops the user root, so there is no password to set; choose one of both");
      }
    }
  }

  DatabaseCopy(Settings settings, HistoryFilter filter, BackendCopy database) {
    this.settings = settings;
    this.filter = filter;
    this.database = database;
  }

  /**
   * Verifies the snapshot and copies what is wanted, but for what {@link #finish} adds.
   *
   * @param marksRevision whether the revision of a selection is to be kept
   * @return what to know of what was copied
   * @throws CorruptBackupException when the snapshot is damaged
   */
  Preflight run(EtcdSnapshot snapshot, boolean marksRevision, List<String> warnings)
      throws IOException {
    EncryptedValues encrypted = new EncryptedValues();
    BucketVisitor behind = bucket -> looking(encrypted, bucket, database.bucket(bucket));
    if (settings.dropsAuth()) {
      auth = AuthCopy.without(behind);
    } else if (!settings.rootPasswordHash().isEmpty()) {
      auth = AuthCopy.withRootPassword(behind, snapshot.auth(), settings.rootPasswordHash());
    }
    behind = auth == null ? behind : auth;
    SelectedCopy selected =
        settings.selection().isAll()
            ? null
            : new SelectedCopy(behind, filter, settings.selection().latestOnly(), marksRevision);
    VerifyOptions options = VerifyOptions.DEFAULT;
    requireGood(
        snapshot.verify(
            settings.skipsHashCheck() ? options.withoutTrailer() : options,
            selected == null ? behind : selected),
        warnings);
    if (selected != null) {
      selected.finish();
      warn(warnings);
    }
    List<Preflight.Finding> findings = new ArrayList<>(snapshot.preflight(false).findings());
    findings.addAll(encrypted.findings());
    return new Preflight(findings);
  }

  /** Completes the new database. */
  void finish() throws IOException {
    if (auth != null) {
      auth.finish();
    }
    database.finish();
  }

  private static BucketVisitor.Entries looking(
      EncryptedValues encrypted, String bucket, BucketVisitor.Entries out) {
    return bucket.equals("key")
        ? (array, keyOffset, keyLength, valueLength) -> {
          encrypted.add(array, keyOffset, keyLength, valueLength);
          out.entry(array, keyOffset, keyLength, valueLength);
        }
        : out;
  }

  private void warn(List<String> warnings) {
    if (filter.eventsTaken() == 0) {
      warnings.add("no key of the snapshot was selected: the member starts without keys");
    }
    if (filter.leasesGone() > 0) {
      warnings.add(
          Counted.of(filter.leasesGone(), "lease")
              + " that keys had ended between revision "
              + filter.revision()
              + " and the snapshot, and cannot be restored: those keys do not expire");
    }
  }

  private void requireGood(VerifyReport report, List<String> warnings)
      throws CorruptBackupException {
    for (Problem problem : report.problems()) {
      if (settings.skipsHashCheck() && problem.kind() == Problem.Kind.TRAILER) {
        warnings.add(problem.message() + "; restored nevertheless, as asked");
        continue;
      }
      String others =
          report.problemCount() == 1
              ? ""
              : " and " + (report.problemCount() - 1) + " more problems";
      throw new CorruptBackupException(
          "the snapshot is corrupt and was not restored; take another backup: " + problem + others);
    }
  }
}
