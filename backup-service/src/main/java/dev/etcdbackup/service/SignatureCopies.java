package dev.etcdbackup.service;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.internal.FailureText;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Copies the signatures that {@code SignedBackupStore} keeps beside backups, with two listings for
 * each project.
 */
record SignatureCopies(BackupStore from, BackupStore to) {
  private static final String DIRECTORY = BackupKey.RESERVED + "/signatures/";
  private static final String SUFFIX = ".asc";

  /** Copies the signatures of backups that the target does not have. */
  void copy(Set<BackupKey> backups) throws BackupException {
    Set<String> projects =
        backups.stream()
            .map(BackupKey::project)
            .filter(one -> !one.isEmpty())
            .collect(Collectors.toSet());
    for (String project : projects) {
      copy(project, backups);
    }
  }

  private void copy(String project, Set<BackupKey> backups) throws BackupException {
    Set<BackupKey> present = null;
    for (StoredBackup signature : from.list(project + '/' + BackupKey.RESERVED)) {
      if (!isOfOne(signature.key(), backups)) {
        continue;
      }
      if (present == null) {
        present = new HashSet<>();
        for (StoredBackup one : to.list(project + '/' + BackupKey.RESERVED)) {
          present.add(one.key());
        }
      }
      if (!present.contains(signature.key())) {
        copy(signature);
      }
    }
  }

  private static boolean isOfOne(BackupKey key, Set<BackupKey> backups) {
    String name = key.name();
    return name.startsWith(DIRECTORY)
        && name.endsWith(SUFFIX)
        && name.length() > DIRECTORY.length() + SUFFIX.length()
        && backups.contains(
            BackupKey.parse(
                key.project()
                    + '/'
                    + name.substring(DIRECTORY.length(), name.length() - SUFFIX.length())));
  }

  private void copy(StoredBackup signature) throws BackupException {
    try (InputStream in = from.open(signature, 0, signature.size())) {
      to.put(signature.key(), Content.of(in, signature.size()));
    } catch (BackupExistsException e) {
      // another copier was faster
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreException(signature.key() + " cannot be read: " + FailureText.of(e), e);
    }
  }
}
