package dev.etcdbackup.service;

import static dev.etcdbackup.service.StoreContents.put;
import static dev.etcdbackup.service.StoreContents.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.CopyReport.Copied;
import dev.etcdbackup.service.CopyReport.Outcome;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Errors and listeners that must not make a copy look complete, after which a store is pruned. */
@Timeout(60)
class BrokenCopiesTest {
  private static final Instant NOW = Instant.parse("2020-02-03T21:00:00Z");
  private static final String OLD = "p/etcd.backup_v0_2020-01-01-10:00:00";
  private static final String FIRST = "p/etcd.backup_v1_2020-02-01-10:00:00";
  private static final String SECOND = "p/etcd.backup_v2_2020-02-02-10:00:00";
  private static final RetentionPolicy LAST_TWO = RetentionPolicy.keepLast(2);

  private final InMemoryBackupStore from = new InMemoryBackupStore(() -> NOW);
  private final InMemoryBackupStore to = new InMemoryBackupStore(() -> NOW);

  @BeforeEach
  void anOldBackupIsOnlyAtTheTarget() throws Exception {
    put(from, FIRST, snapshot(1));
    put(from, SECOND, snapshot(2));
    put(to, OLD, snapshot(3));
  }

  @Test
  void anErrorIsTheFailureOfItsBackupAndNothingIsDeleted() throws Exception {
    for (Error error : List.of(new StackOverflowError(), new NoClassDefFoundError("x"))) {
      BackupStore broken =
          new ForwardingBackupStore(to) {
            @Override
            public StoredBackup put(BackupKey key, Content content) throws BackupException {
              if (key.toString().equals(SECOND)) {
                throw error;
              }
              return super.put(key, content);
            }
          };

      CopyReport report = copier(broken).parallelism(1).build().mirror("p", LAST_TWO);

      assertThat(report.ok()).isFalse();
      assertThat(report.copies()).map(Copied::key).map(BackupKey::toString).contains(SECOND);
      assertThat(report.count(Outcome.FAILED)).isEqualTo(1);
      assertThat(report.pruned()).isEmpty();
      assertThat(to.find(BackupKey.parse(OLD))).isPresent();
    }
  }

  @Test
  void whatTheListenerThrowsEndsTheCopyingAndNothingIsDeleted() throws Exception {
    AtomicInteger heard = new AtomicInteger();
    BackupCopier copier =
        copier(to)
            .parallelism(1)
            .onCopied(
                one -> {
                  heard.incrementAndGet();
                  throw new IllegalStateException("the terminal is closed");
                })
            .build();

    assertThatThrownBy(() -> copier.mirror("p", LAST_TWO))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the terminal is closed");
    assertThat(heard).hasValue(1);
    assertThat(to.find(BackupKey.parse(OLD))).isPresent();
  }

  @Test
  void aThreadThatCannotBeStartedEndsTheCopyingAndLeavesNone() throws Exception {
    Thread caller = Thread.currentThread();
    AtomicInteger workers = new AtomicInteger();
    List<Thread> started = new CopyOnWriteArrayList<>();
    ThreadFactory few =
        work -> {
          if (Thread.currentThread() == caller && workers.incrementAndGet() > 1) {
            throw new OutOfMemoryError("unable to create native thread");
          }
          Thread thread = new Thread(work);
          started.add(thread);
          return thread;
        };

    assertThatThrownBy(() -> copier(to).threads(few).build().mirror("p", LAST_TWO))
        .isInstanceOf(OutOfMemoryError.class);
    for (Thread one : started) {
      one.join();
    }
    assertThat(to.find(BackupKey.parse(OLD))).isPresent();
  }

  private BackupCopierBuilder copier(BackupStore target) {
    return BackupCopier.builder(from, target).clock(() -> NOW);
  }
}
