package dev.etcdbackup.faults;

import static java.util.Objects.requireNonNull;

import dev.etcdbackup.BackupKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** The newest backup was overwritten in the store, past the library, with damaged bytes. */
final class Damaged implements Trouble {
  private final StoredDamage damage;
  private final BackupKey key;
  private final Where where;
  private int fired;

  /** Which byte of the stored ones. */
  @FunctionalInterface
  interface Where {
    int in(int length);
  }

  Damaged(StoredDamage damage, BackupKey key, Where where) {
    this.damage = damage;
    this.key = key;
    this.where = where;
  }

  @Override
  public Backend backend(TestServers servers, Case testCase, Path directory) throws IOException {
    return servers.backend(testCase, null, directory.resolve("store"));
  }

  @Override
  public void begin(Backend backend) throws IOException {
    byte[] good = requireNonNull(Snapshots.readAll(backend.clear()).get(key));
    byte[] bad = damage.of(good, where.in(good.length));
    backend.overwrite(key, bad);
    byte[] now = requireNonNull(Snapshots.readAll(backend.clear()).get(key));
    fired = Arrays.equals(now, bad) && !Arrays.equals(now, good) ? 1 : 0;
  }

  @Override
  public int fired() {
    return fired;
  }

  @Override
  public void end() {}

  @Override
  public boolean damagesNewest() {
    return true;
  }
}
