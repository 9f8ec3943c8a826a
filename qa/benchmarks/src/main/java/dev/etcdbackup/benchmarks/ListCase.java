package dev.etcdbackup.benchmarks;

import dev.etcdbackup.name.BackupName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** A project of many backups: listed, beside the SDK's paginator alone, and pruned. */
final class ListCase implements Case {
  private static final String PROJECT = "many";
  private static final int WRITERS = 16;
  private static final int WARM_UPS = 3;

  /** What coverage and plan may take beyond the list, which is not measured with them. */
  private static final double MORE_SECONDS = 0.3;

  private static final Instant FIRST = Instant.parse("2024-01-01T00:00:00Z");
  private static final int SECONDS_APART = 600;

  @Override
  public String name() {
    return "list";
  }

  @Override
  public void join(BenchmarkServers lab, Batch batch) throws Exception {
    if (lab.s3().isEmpty()) {
      return;
    }
    S3Target target = lab.s3().get(0);
    int objects = lab.settings().objects();
    lab.progress().println("making " + objects + " objects in " + target);
    makeObjects(target, objects, ListCase::key);
    String page = step(lab, batch, target, "page", "SDK paginator ← ");
    String list = step(lab, batch, target, "list", "list ← ");
    String title = "list " + objects + " objects ← " + target.name();
    batch.add(
        new Comparison(name(), title, Measurement::seconds, list, List.of(List.of(page)), 1.05));
    String judge = step(lab, batch, target, "judge", "coverage and plan ← ");
    String further = "coverage and plan of " + objects + " objects, beyond the list";
    batch.add(new OwnCost(name(), further, "s", Measurement::seconds, judge, null, MORE_SECONDS));
  }

  @Override
  public List<Verdict> alone(BenchmarkServers lab) throws Exception {
    if (lab.s3().isEmpty()) {
      return List.of();
    }
    String store = lab.s3().get(0).name();
    int objects = lab.settings().objects();
    int deleted = objects / 10;
    String rest = ' ' + store + ' ' + PROJECT + ' ' + (objects - deleted);
    lab.progress().println("pruning " + deleted + " objects");
    double plan = lab.warm(name()).ask("plan" + rest).cost().seconds();
    double prune = lab.warm(name()).ask("prune" + rest).cost().seconds();
    return List.of(
        told("plan a prune of " + objects + " ← " + store, plan),
        told("prune " + deleted + " of " + objects + " ← " + store, prune));
  }

  private Verdict told(String title, double seconds) {
    return Verdict.alone(name(), title, "s", List.of(seconds), null);
  }

  private String step(
      BenchmarkServers lab, Batch batch, S3Target target, String command, String title)
      throws Exception {
    WarmJvm warm = lab.warm(name());
    String step = title + target.name();
    batch.add(
        new Step(
            step, WARM_UPS, () -> warm.ask(command + ' ' + target.name() + ' ' + PROJECT).cost()));
    return step;
  }

  /** The key of an object by its number, 0 or more. */
  private static String key(int number) {
    Instant time = FIRST.plusSeconds((long) number * SECONDS_APART);
    return PROJECT + '/' + BackupName.periodic("etcd.backup", 1000 + number, time);
  }

  /** Makes objects of 32 bytes, by 16 threads. */
  static void makeObjects(S3Target target, int objects, IntFunction<String> keys) throws Exception {
    ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    try (S3Client client = target.client()) {
      List<Future<?>> parts = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        int first = writer;
        parts.add(writers.submit(() -> putEvery(client, target, first, objects, keys)));
      }
      for (Future<?> part : parts) {
        part.get();
      }
    } finally {
      writers.shutdownNow();
    }
  }

  private static void putEvery(
      S3Client client, S3Target target, int first, int objects, IntFunction<String> keys) {
    for (int i = first; i < objects; i += WRITERS) {
      String key = keys.apply(i);
      client.putObject(
          r -> r.bucket(target.bucket()).key(key), RequestBody.fromBytes(new byte[32]));
    }
  }
}
