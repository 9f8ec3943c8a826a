package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.ServerSideCopy;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.cli.config.ClusterConfig;
import dev.etcdbackup.cli.config.SecondStoreConfig;
import dev.etcdbackup.schedule.SecondStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.regions.Region;

/**
 * The second stores of a configuration. The directory of a {@code file:///} store must exist: its
 * volume may not be mounted.
 */
final class SecondStores implements AutoCloseable {
  private final Map<SecondStoreConfig, SecondStore> stores = new LinkedHashMap<>();
  private final List<StoreOptions.OpenStore> open = new ArrayList<>();
  private StoreOptions.@Nullable OpenStore source; // of what a server copies

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
        try {
          stores.stores.put(each, stores.open(each, config, first));
        } catch (UsageException e) {
          throw new UsageException("copyTo '" + each.name() + "': " + e.getMessage());
        }
      }
      return stores;
    } catch (UsageException | BackupException | RuntimeException e) {
      stores.close();
      throw e;
    }
  }

  private SecondStore open(SecondStoreConfig each, BackupConfig config, StoreOptions first)
      throws UsageException, BackupException {
    boolean sameServer =
        each.endpoint().map(one -> one.equals(first.s3Endpoint)).orElse(Boolean.TRUE);
    if (first.or(config.store()).isSameStore(each.store(), sameServer)) {
      throw new UsageException("is the store of the backups, and not a second one");
    }
    StoreOptions.OpenStore target =
        first
            .other(
                each.endpoint().orElse(null),
                each.region().map(Region::of).orElse(null),
                each.ca().orElse(null),
                each.profile().orElse(null))
            .open(each.store());
    open.add(target);
    Optional<ServerSideCopy> serverSide = Optional.empty();
    if (each.serverSide()) {
      serverSide = Optional.of(target.serverSideCopyFrom(source(config, first), "serverSide"));
    }
    return new SecondStore(each.name(), target.store(), each.retention(), serverSide);
  }

  /** The first store, to read from. */
  private StoreOptions.OpenStore source(BackupConfig config, StoreOptions first)
      throws UsageException, BackupException {
    StoreOptions.OpenStore known = source;
    if (known == null) {
      known = first.open(first.or(config.store()));
      source = known;
      open.add(known);
    }
    return known;
  }

  /** The second stores of a cluster: those that it names, or those that take its project. */
  List<SecondStore> of(ClusterConfig cluster) {
    List<SecondStore> taking = new ArrayList<>();
    stores.forEach(
        (config, store) -> {
          boolean named =
              cluster
                  .copyTo()
                  .map(names -> names.contains(config.name()))
                  .orElseGet(() -> config.takes(cluster.project()));
          if (named) {
            taking.add(store);
          }
        });
    return taking;
  }

  @Override
  public void close() {
    open.forEach(StoreOptions.OpenStore::close);
  }
}
