package dev.etcdbackup.faults;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.testkit.faults.Fault;
import dev.etcdbackup.testkit.faults.FaultPoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Another client changes the store while the job waits for an answer. */
final class Meddled implements Trouble {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final Meddling meddling;
  private final Fault fault;
  private final Map<BackupKey, byte[]> stored = new ConcurrentHashMap<>();
  private @Nullable Backend backend;
  private @Nullable Thread meddler;
  private volatile int fired;
  private volatile @Nullable Exception failure;

  Meddled(Meddling meddling, FaultPoint point) {
    this.meddling = meddling;
    this.fault = point.stall();
  }

  @Override
  public Backend backend(TestServers servers, Case testCase, Path directory) throws IOException {
    return servers.backend(testCase, fault, directory.resolve("store"));
  }

  @Override
  public void begin(Backend backend) throws IOException {
    meddling.begin(backend, stored);
    this.backend = backend;
    meddler = new Thread(() -> meddle(backend), "meddler");
    meddler.start();
  }

  private void meddle(Backend backend) {
    try {
      fault.awaitFired(1, LONG);
      meddling.act(backend, stored);
      fired = 1;
    } catch (TimeoutException e) {
      // it did not fire
    } catch (BackupException | InterruptedException e) {
      failure = e;
    } finally {
      fault.end();
    }
  }

  @Override
  public int fired() {
    return fired;
  }

  @Override
  public void end() throws Exception {
    fault.end();
    if (meddler == null || backend == null) {
      return;
    }
    meddler.join();
    if (failure != null) {
      throw failure;
    }
    meddling.after(backend, stored);
  }

  @Override
  public Map<BackupKey, byte[]> stored() {
    return stored;
  }
}
