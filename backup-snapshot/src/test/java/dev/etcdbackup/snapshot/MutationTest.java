package dev.etcdbackup.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.snapshot.bbolt.BoltWriter;
import dev.etcdbackup.testkit.etcd.EtcdTools;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged snapshots, 24,000 of them. Each is found bad, or what was damaged lies where nothing is
 * ever read, or, with the SHA-256 put right again, it is another good snapshot: only bytes of keys
 * and values differ.
 */
class MutationTest {

  /**
   * 12,000 with the SHA-256 as it was, and as many without; fewer where the build asks for a share,
   * in percent.
   */
  private static final int MUTANTS = 120 * Integer.getInteger("etcdbackup.test.share", 100);

  private static final int TOOL_RUNS = 80;
  private static final Duration LIMIT = Duration.ofSeconds(10); // each takes about a millisecond

  @TempDir Path directory;
  private final List<byte[]> goods = new ArrayList<>();
  private final List<ByteMap> maps = new ArrayList<>();
  private final Map<String, LongAdder> tally = new ConcurrentHashMap<>();

  @BeforeEach
  void collectSmallSnapshots() throws IOException {
    Golden.all()
        .filter(golden -> Golden.number(golden.metadata(), "size") < 50_000)
        .forEach(golden -> goods.add(golden.bytes()));
    History history = History.random(5, 120).compacted(60, true);
    history.write(new BoltWriter(directory.resolve("deep"), 1024).gap(1).fanout(4));
    history.write(new BoltWriter(directory.resolve("listed"), 1024).gap(1).storesFreelist());
    goods.add(Files.readAllBytes(directory.resolve("deep")));
    goods.add(Files.readAllBytes(directory.resolve("listed")));
    goods.forEach(good -> maps.add(new ByteMap(good)));
    assertThat(goods).hasSize(10);
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void everyMutantIsFoundBadOrIsHarmless() {
    LongStream.range(0, MUTANTS).parallel().forEach(seed -> mutate(seed, false));
    LongStream.range(MUTANTS, 2L * MUTANTS).parallel().forEach(seed -> mutate(seed, true));
    System.out.println("mutants: " + new TreeMap<>(tally));
    assertThat(tally.get("sha kept: bad").sum()).isEqualTo(MUTANTS);
    assertThat(tally.get("sha renewed: bad").sum()).isGreaterThan(MUTANTS / 3);
  }

  /**
   * etcd's own tools panic where this reports, and pass much that is found bad here. A sample, for
   * each takes a process.
   */
  @Tag("server")
  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void whatEtcdsOwnToolDoesNotPassIsFoundBad() throws IOException {
    Path file = directory.resolve("mutant");
    int survived = 0;
    for (long seed = 0; seed < TOOL_RUNS; seed++) {
      Random random = new Random(seed);
      byte[] bad = BoltWriter.seal(Mutation.FORGE.of(goods.get(random.nextInt(8)), random));
      Files.write(file, bad);
      Verdict tool = toolsVerdict(file);
      boolean ok = ArrayBytes.snapshot(bad).verify().ok();
      assertThat(ok && tool != Verdict.PASSED).as("seed %s: the tool %s", seed, tool).isFalse();
      survived += tool == Verdict.PANICKED || tool == Verdict.HUNG ? 1 : 0;
      count((ok ? "good, and the tool " : "bad, and the tool ") + tool);
    }
    System.out.println("mutants and etcd's own tool: " + new TreeMap<>(tally));
    System.out.printf(
        "panics of etcd's own tool survived: %d of %d mutants%n", survived, TOOL_RUNS);
    assertThat(survived).as("panics in the sample").isPositive();
  }

  /** What a tool made of a mutant. */
  private enum Verdict {
    PASSED,
    REJECTED,
    PANICKED,
    HUNG
  }

  private static Verdict toolsVerdict(Path file) {
    try {
      EtcdTools.snapshotStatus(file);
      return Verdict.PASSED;
    } catch (InterruptedIOException e) {
      return Verdict.HUNG;
    } catch (IOException e) {
      boolean trace = String.valueOf(e.getMessage()).contains("goroutine");
      return trace ? Verdict.PANICKED : Verdict.REJECTED;
    }
  }

  private void mutate(long seed, boolean renewed) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L);
    int which = random.nextInt(goods.size());
    byte[] good = goods.get(which);
    Mutation[] mutations = Mutation.values();
    Mutation mutation = mutations[random.nextInt(mutations.length)];
    byte[] bad;
    do {
      bad = mutation.of(good, random);
    } while (Arrays.equals(good, bad));
    if (renewed && bad.length >= 32) {
      BoltWriter.seal(bad);
    }
    String what = mutation + " of snapshot " + which + ", seed " + seed;
    try {
      long start = System.nanoTime();
      judge(what, bad, which, renewed);
      if (seed % 3 == 0) {
        readAll(bad);
      }
      assertThat(System.nanoTime() - start).as(what).isLessThan(LIMIT.toNanos());
    } catch (RuntimeException | Error | IOException e) {
      throw new AssertionError(what, e);
    }
  }

  private void judge(String what, byte[] bad, int which, boolean renewed) throws IOException {
    String sha = renewed ? "sha renewed: " : "sha kept: ";
    VerifyReport report = ArrayBytes.snapshot(bad).verify();
    assertThat(report.problems()).as(what).hasSizeLessThanOrEqualTo(1000);
    count(sha + (report.ok() ? "good" : "bad"));
    assertThat(PassingCheck.of(new ByteArrayInputStream(bad)).isPresent())
        .as("%s: found good in one pass", what)
        .isEqualTo(report.ok());
    boolean sameSize = bad.length == goods.get(which).length;
    boolean unread = sameSize && differsOnlyIn(bad, which, ByteMap.Use.NONE);
    if (!renewed) {
      assertThat(report.ok()).as(what).isFalse();
    } else if (report.ok()) {
      assertThat(differsOnlyIn(bad, which, ByteMap.Use.CONTENT))
          .as("%s: good although headers or elements changed", what)
          .isTrue();
      count(
          unread
              ? "sha renewed: good, what changed is never read"
              : "sha renewed: good, other keys or values");
    } else {
      assertThat(unread)
          .as("%s: bad although nothing that is read changed: %s", what, report)
          .isFalse();
      report.problems().stream()
          .map(Problem::kind)
          .distinct()
          .forEach(kind -> count("found: " + kind));
    }
  }

  /** Whether bytes differ only where they have no use, that of the SHA-256, or a certain one. */
  private boolean differsOnlyIn(byte[] bad, int which, ByteMap.Use allowed) {
    byte[] good = goods.get(which);
    for (int i = 0; i < good.length; i++) {
      ByteMap.Use use = maps.get(which).at(i);
      boolean counts = use != ByteMap.Use.NONE && use != ByteMap.Use.TRAILER && use != allowed;
      if (good[i] != bad[i] && counts) {
        return false;
      }
    }
    return true;
  }

  /** Reads all there is to read. Damage may end a call, but with a typed exception only. */
  private void readAll(byte[] bad) {
    EtcdSnapshot snapshot = ArrayBytes.snapshot(bad);
    attempt(snapshot::status);
    attempt(() -> snapshot.status(StatusVersion.V3_6));
    attempt(snapshot::metadata);
    attempt(snapshot::leases);
    attempt(snapshot::auth);
    attempt(() -> snapshot.hashKv());
    attempt(() -> snapshot.hashKv(Revision.of(30), 20));
    attempt(() -> snapshot.verify(VerifyOptions.DEFAULT.withoutTrailer()));
    attempt(() -> snapshot.verify(VerifyOptions.DEFAULT.withoutTrailer().deeply()));
    attempt(
        () -> {
          KeyCursor keys = snapshot.keys(KeyRange.all());
          while (keys.next()) {
            keys.value();
          }
          return keys;
        });
  }

  private void attempt(Reading reading) {
    try {
      reading.read();
      count("reading: ended well");
    } catch (IOException e) {
      assertThat(e).isInstanceOf(CorruptBackupException.class);
      assertThat(e.getMessage()).doesNotContain("\n");
      count("reading: corrupt");
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).contains("this snapshot");
      count("reading: no such revision");
    }
  }

  private void count(String what) {
    tally.computeIfAbsent(what, any -> new LongAdder()).increment();
  }

  @FunctionalInterface
  private interface Reading {
    Object read() throws IOException;
  }
}
