package dev.etcdbackup.operator.coreos;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.Verification;
import dev.etcdbackup.operator.Owner;
import dev.etcdbackup.operator.ScheduledResources;
import dev.etcdbackup.operator.StoreAddress;
import dev.etcdbackup.service.BackupRequest;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.NamingStrategy;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A backup that is taken once, under the name that the resource gives it. It replaces nothing. An
 * object that is there already, and was stored after the resource was created, is what a process
 * stored that ended before it could say so; it succeeds when it verifies.
 */
final class OneBackup {
  private final BackupService service;
  private final BackupRequest request;
  private final StoreAddress.Path path;
  private final ScheduledResources stores;
  private final StoreAddress address;
  private final @Nullable Instant created;

  private OneBackup(
      EtcdBackupSpec spec, Owner owner, ScheduledResources stores, @Nullable Instant created) {
    S3Source s3 = spec.requireSupported();
    this.path = s3.parsed();
    this.address = s3.address(owner.namespace());
    this.stores = stores;
    this.created = created;
    this.request =
        BackupRequest.builder(path.project(), stores.source(spec.etcd(owner.namespace())))
            .naming(NamingStrategy.manual(path.name()))
            .timeout(spec.timeout())
            .build();
    this.service =
        BackupService.builder(stores.store(address))
            .encodings(ScheduledResources.encodings())
            .build();
  }

  /**
   * Reads what is wanted.
   *
   * @throws IllegalArgumentException when it makes no sense
   */
  static OneBackup of(
      Owner owner, EtcdBackupSpec spec, @Nullable Instant created, ScheduledResources stores) {
    return new OneBackup(spec, owner, stores, created);
  }

  /** Takes it. */
  EtcdBackupStatus take() {
    try {
      return EtcdBackupStatus.succeeded(service.backUp(request));
    } catch (BackupExistsException e) {
      return found(e);
    } catch (BackupException e) {
      return EtcdBackupStatus.NONE.failed(String.valueOf(e.getMessage()));
    }
  }

  private EtcdBackupStatus found(BackupExistsException taken) {
    try {
      Optional<StoredBackup> stored =
          stores.store(address).find(BackupKey.of(path.project(), path.name()));
      if (created != null && stored.isPresent() && !stored.get().lastModified().isBefore(created)) {
        Verification verified = service.verify(Backup.of(stored.get(), ZoneOffset.UTC));
        if (verified.ok()) {
          String time = EtcdBackupStatus.second(stored.get().lastModified());
          return new EtcdBackupStatus(true, null, null, null, time, time);
        }
      }
    } catch (BackupException e) {
      return EtcdBackupStatus.NONE.failed(String.valueOf(e.getMessage()));
    }
    return EtcdBackupStatus.NONE.failed(String.valueOf(taken.getMessage()));
  }
}
