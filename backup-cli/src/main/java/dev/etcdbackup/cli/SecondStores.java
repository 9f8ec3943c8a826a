package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.cli.config.ClusterConfig;
import dev.etcdbackup.cli.config.SecondStoreConfig;
import dev.etcdbackup.schedule.SecondStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.regions.Region;

/**
 * The second stores of a configuration. The directory of a {@code file:///} store must exist: its
 * volume may not be mounted.
 */
final class SecondStores implements AutoCloseable {
  private final Map<SecondStoreConfig, StoreOptions.OpenStore> open = new LinkedHashMap<>();

  private SecondStores() {}

  static SecondStores none() {
    return new SecondStores();
  }

  /** Opens all of them; connects to nothing. */
  static SecondStores open(BackupConfig config, StoreOptions first)
      throws UsageException, BackupException {
    SecondStores stores = new SecondStores();
    try {
      for (SecondStoreConfig each : config.copyTo()) {
        stores.open.put(each, open(each, first));
      }
      return stores;
    } catch (UsageException | BackupException | RuntimeException e) {
      stores.close();
      throw e;
    }
  }

  private static StoreOptions.OpenStore open(SecondStoreConfig each, StoreOptions first)
      throws UsageException, BackupException {
    try {
      return first
          .other(
              each.endpoint().orElse(null),
              each.region().map(Region::of).orElse(null),
              each.ca().orElse(null),
              each.profile().orElse(null))
          .open(each.store());
    } catch (UsageException e) {
      throw new UsageException("copyTo '" + each.name() + "': " + e.getMessage());
    }
  }

  /** The second stores of a cluster: those that it names, or those that take its project. */
  List<SecondStore> of(ClusterConfig cluster) {
    List<SecondStore> stores = new ArrayList<>();
    open.forEach(
        (config, store) -> {
          boolean named =
              cluster
                  .copyTo()
                  .map(names -> names.contains(config.name()))
                  .orElseGet(() -> config.takes(cluster.project()));
          if (named) {
            BackupStore target = store.store();
            stores.add(new SecondStore(config.name(), target, config.retention()));
          }
        });
    return stores;
  }

  @Override
  public void close() {
    open.values().forEach(StoreOptions.OpenStore::close);
  }
}
