package dev.etcdbackup.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What fills a database, against the model and against the size of real ones. */
class UsageTest {
  @TempDir Path directory;

  @ParameterizedTest
  @MethodSource("dev.etcdbackup.snapshot.Golden#all")
  void thePagesAddUpToTheDatabase(Golden golden) throws IOException {
    EtcdSnapshot snapshot = golden.open();
    SpaceUsage usage = snapshot.usage(UsageOptions.DEFAULT);
    SnapshotMetadata metadata = snapshot.metadata();
    assertThat(usage.bytes()).isEqualTo(metadata.databaseSize());
    assertThat(usage.spaces().stream().mapToLong(SpaceUsage.Space::pages).sum())
        .isEqualTo(usage.pages());
    assertThat(usage.spaces()).allMatch(space -> space.pages() >= 0);
    assertThat(usage.live().events())
        .isEqualTo(snapshot.keys(KeyRange.all()).size())
        .isEqualTo(usage.prefixes().stream().mapToLong(one -> one.live().events()).sum())
        .isEqualTo(usage.leases().stream().mapToLong(one -> one.live().events()).sum())
        .isEqualTo(usage.sizes().stream().mapToLong(one -> one.live().events()).sum());
    assertThat(usage.prefixes().stream().mapToLong(one -> one.history().bytes()).sum())
        .isEqualTo(usage.history().bytes());
    long inPages =
        usage.spaces().stream()
            .filter(space -> space.name().equals("bucket key"))
            .mapToLong(space -> space.pages() * usage.pageSize())
            .sum();
    if (inPages > 0) { // a small bucket lies in the root's page
      assertThat(usage.live().bytes() + usage.history().bytes()).isLessThan(inPages);
    }
  }

  @Test
  void keysAreCountedAsTheyHappened() throws IOException {
    for (long seed = 1; seed <= 4; seed++) {
      History history = History.random(seed, 300);
      NavigableMap<String, History.Op> live = history.at(history.current);
      Map<String, Long> revisions = new HashMap<>();
      long bytes = 0;
      for (History.Op op : history.ops) {
        revisions.merge(op.name(), 1L, Long::sum);
        bytes += 16 + op.revision().length + op.keyValue().length;
      }
      Path file = history.write(directory.resolve("u" + seed), 4096);
      try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
        SpaceUsage usage = snapshot.usage(UsageOptions.DEFAULT.withDepth(1).withTop(1000));
        assertThat(usage.live().bytes() + usage.history().bytes()).isEqualTo(bytes);
        assertThat(usage.live().events()).isEqualTo(live.size());
        assertThat(usage.prefixes()).hasSize(1);
        assertThat(usage.prefixes().get(0).prefix()).isEqualTo("key/");
        assertThat(usage.mostRevised()).hasSize(revisions.size());
        for (SpaceUsage.KeyUsage one : usage.mostRevised()) {
          assertThat(one.revisions()).isEqualTo(revisions.get(one.key()));
          History.Op op = live.get(one.key());
          assertThat(one.valueBytes()).isEqualTo(op == null ? 0 : op.value().length);
        }
        assertThat(usage.mostRevised())
            .isSortedAccordingTo((a, b) -> Long.compare(b.revisions(), a.revisions()));
        assertThat(usage.largest()).hasSize(live.size());
      }
    }
  }
}
