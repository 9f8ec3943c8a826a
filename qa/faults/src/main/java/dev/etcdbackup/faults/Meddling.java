package dev.etcdbackup.faults;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.name.BackupName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What somebody else does in the meantime. */
enum Meddling {
  /** Stores another snapshot under the name that the job has chosen, or is about to. */
  TAKES_THE_NAME("another writer of the name") {
    @Override
    void act(Backend backend, Map<BackupKey, byte[]> stored) throws BackupException {
      BackupName name = BackupName.periodic("etcd.backup", 1, Work.TAKEN);
      put(backend, BackupKey.of(Snapshots.PROJECT, name.text()), Snapshots.OTHER, stored);
    }
  },
  /** Likewise, where the later of two completions replaces the earlier, whole as it is. */
  TAKES_THE_NAME_OF_ANOTHER("another writer of the name, the condition ignored") {
    @Override
    void act(Backend backend, Map<BackupKey, byte[]> stored) throws BackupException {
      TAKES_THE_NAME.act(backend, stored);
    }

    @Override
    void after(Backend backend, Map<BackupKey, byte[]> stored) throws IOException {
      Map<BackupKey, byte[]> now = Snapshots.readAll(backend.clear());
      stored.keySet().removeIf(key -> Arrays.equals(now.get(key), Snapshots.LARGE));
    }
  },
  /** Stores a newer backup and deletes an older one, in the project and in another. */
  STORES_AND_DELETES("others store and delete") {
    @Override
    void begin(Backend backend, Map<BackupKey, byte[]> stored) throws IOException {
      for (String project : PROJECTS) {
        put(backend, at(project, BEFORE), Snapshots.SMALL, stored);
      }
    }

    @Override
    void act(Backend backend, Map<BackupKey, byte[]> stored) throws BackupException {
      storeAndDelete(backend, stored);
    }
  },
  /** The same, where the list has more pages than one. */
  ON_PAGES("others store and delete, two pages") {
    @Override
    void begin(Backend backend, Map<BackupKey, byte[]> stored) throws IOException {
      STORES_AND_DELETES.begin(backend, stored);
      for (int i = 0; i < MORE_THAN_A_PAGE; i++) {
        BackupKey key = BackupKey.of(Snapshots.MEDDLED, "many-" + i);
        backend.overwrite(key, ONE);
        stored.put(key, ONE);
      }
    }

    @Override
    void act(Backend backend, Map<BackupKey, byte[]> stored) throws BackupException {
      storeAndDelete(backend, stored);
    }
  };

  private static final List<String> PROJECTS = List.of(Snapshots.PROJECT, Snapshots.MEDDLED);
  private static final int MORE_THAN_A_PAGE = 1_010;
  private static final Duration BEFORE = Duration.ofDays(-5);
  private static final Duration AFTER = Duration.ofMinutes(5);
  private static final byte[] ONE = {1};

  private final String text;

  Meddling(String text) {
    this.text = text;
  }

  /** What is there before. */
  void begin(Backend backend, Map<BackupKey, byte[]> stored) throws IOException {
    // nothing
  }

  /** Does it; a writer that gets BackupExistsException has stored nothing. */
  abstract void act(Backend backend, Map<BackupKey, byte[]> stored) throws BackupException;

  /** Whether a backup comes or goes by this. */
  boolean mayBeThere(BackupKey key) {
    return key.equals(at(key.project(), BEFORE)) || key.equals(at(key.project(), AFTER));
  }

  /** Sees what became of it when the job has ended. */
  void after(Backend backend, Map<BackupKey, byte[]> stored) throws IOException {
    // as it was
  }

  private static void storeAndDelete(Backend backend, Map<BackupKey, byte[]> stored)
      throws BackupException {
    for (String project : PROJECTS) {
      put(backend, at(project, AFTER), Snapshots.OTHER, stored);
      BackupKey old = at(project, BEFORE);
      backend.clear().delete(List.of(old));
      stored.remove(old);
    }
  }

  private static BackupKey at(String project, Duration after) {
    BackupName name = BackupName.periodic("etcd.backup", 1, Snapshots.NEWEST.plus(after));
    return BackupKey.of(project, name.text());
  }

  private static void put(
      Backend backend, BackupKey key, byte[] bytes, Map<BackupKey, byte[]> stored)
      throws BackupException {
    try {
      backend.clear().put(key, Content.of(new ByteArrayInputStream(bytes)));
      stored.put(key, bytes);
    } catch (BackupExistsException e) {
      // the job was first
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
