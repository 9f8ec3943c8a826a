package dev.etcdbackup.service;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.name.HostileNames;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** A store with a hostile or broken listing; it records what is deleted. */
final class HostileListing implements BackupStore {
  private static final String[] PREFIXES = {"etcd.backup", "", "a_v9", "sub/x", "\u001b[2J"};
  private static final Instant[] TIMES = {
    Instant.EPOCH, Instant.MIN, Instant.MAX, Instant.parse("2020-02-03T20:00:00Z")
  };
  private static final long[] SIZES = {0, 1, 4096, Long.MAX_VALUE};

  final List<StoredBackup> all = new ArrayList<>();
  final List<BackupKey> deleted = new ArrayList<>();
  private final Random random;
  private final boolean deaf; // to the project it is asked for

  /**
   * @param names where hostile names come from
   * @param now when it is
   */
  HostileListing(Random random, HostileNames names, Instant now) {
    this.random = random;
    this.deaf = random.nextInt(20) == 0;
    for (int i = random.nextInt(24); i > 0; i--) {
      add(key(names, now));
    }
    if (random.nextInt(10) == 0 && !all.isEmpty()) {
      add(all.get(random.nextInt(all.size())).key().toString());
    }
    if (random.nextInt(4) > 0) {
      all.sort((a, b) -> a.key().compareTo(b.key()));
    } else {
      Collections.shuffle(all, random);
    }
  }

  private void add(String key) {
    long size = SIZES[random.nextInt(SIZES.length)];
    Instant time = TIMES[random.nextInt(TIMES.length)];
    String version = random.nextBoolean() ? "v" + random.nextInt(3) : "";
    all.add(new StoredBackup(BackupKey.parse(key), size, time, version));
  }

  private String key(HostileNames names, Instant now) {
    return switch (random.nextInt(6)) {
      case 0 -> names.next();
      case 1 -> "p/" + names.next();
      case 2 -> "p/" + BackupName.tarball(time(now)).text();
      case 3 -> (random.nextBoolean() ? "p-2/" : "/") + periodic(now);
      default -> "p/" + periodic(now);
    };
  }

  private String periodic(Instant now) {
    String prefix = PREFIXES[random.nextInt(8) / 4 * random.nextInt(PREFIXES.length)];
    return BackupName.periodic(prefix, random.nextInt(3), time(now)).text();
  }

  /** Of the last days; now and then an hour ahead, or the first or last there is. */
  private Instant time(Instant now) {
    return switch (random.nextInt(16)) {
      case 0 -> now.plusSeconds(3_500 + random.nextInt(200));
      case 1 -> Instant.parse("0000-01-01T00:00:00Z");
      case 2 -> Instant.parse("9999-12-31T23:59:59Z");
      default -> now.minusSeconds(600L * random.nextInt(2_000));
    };
  }

  /** Whether no listing of the project is one that a contract would allow. */
  boolean broken(String project) {
    Set<BackupKey> seen = new HashSet<>();
    List<StoredBackup> listed = list(project);
    return !listed.stream().allMatch(one -> seen.add(one.key()))
        || !listed.stream().allMatch(one -> one.key().project().equals(project));
  }

  @Override
  public List<StoredBackup> list(String project) {
    boolean whole = project.isEmpty() || deaf;
    return all.stream().filter(one -> whole || one.key().project().equals(project)).toList();
  }

  @Override
  public Optional<StoredBackup> find(BackupKey key) {
    return all.stream().filter(one -> one.key().equals(key)).findFirst();
  }

  @Override
  public DeleteResult delete(Collection<BackupKey> keys) {
    deleted.addAll(keys);
    return new DeleteResult(Set.copyOf(keys), Map.of());
  }

  @Override
  public InputStream open(StoredBackup backup, long offset, long length) throws StoreException {
    throw new StoreException("cannot read " + backup.key(), null);
  }

  @Override
  public StoredBackup put(BackupKey key, Content content) {
    throw new UnsupportedOperationException();
  }
}
