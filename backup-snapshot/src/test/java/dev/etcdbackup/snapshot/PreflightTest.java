package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.snapshot.bbolt.BoltWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is to be known before a restored member is started. */
class PreflightTest {
  @TempDir Path directory;

  @Test
  void realSnapshotsSayWhatTheyBring() throws IOException {
    assertThat(lines("3.5.30-plain"))
        .containsExactly("etcd 3.4, 3.5, 3.6 and 3.7 start from it", "authentication is off");
    assertThat(lines("3.6.14-rich-auth"))
        .containsExactly(
            "etcd 3.4, 3.5, 3.6 and 3.7 start from it",
            "the storage version is 3.6.0; etcd before 3.6 ignores it, later versions keep it",
            "authentication is on; users with the role root: root: have a password of theirs at"
                + " hand, or restore with withoutAuth or rootPasswordHash");
    assertThat(lines("3.5.30-misc"))
        .anyMatch(line -> line.startsWith("the alarm NOSPACE is raised, etcd will refuse writes: "))
        .anyMatch(line -> line.endsWith(" is a learner; restored members all have a vote"));
  }

  private static List<String> lines(String golden) throws IOException {
    return Golden.named(golden + ".snap.db").open().preflight(true).lines();
  }

  @Test
  void encryptionKeysADowngradeAndLaterVersionsAreNamed() throws IOException {
    List<String> values =
        List.of(
            "k8s:enc:aescbc:v1:key1:xx",
            "k8s:enc:aescbc:v1:key1:yy",
            "k8s:enc:kms:v2:vault:zz",
            "k8s:enc:broken",
            "plain");
    Path file = directory.resolve("encrypted");
    BoltWriter writer = new BoltWriter(file, 4096);
    writer.bucket(
        "cluster",
        pairs(
            Map.of(
                "clusterVersion", "3.8.0",
                "downgrade", "{\"target-version\":\"3.7.0\",\"enabled\":true}")));
    List<BoltWriter.Pair> events = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      byte[] key = ("/registry/secrets/" + i).getBytes(UTF_8);
      History.Op op = new History.Op(2 + i, 0, key, values.get(i).getBytes(UTF_8), 2 + i, 1, 0);
      events.add(new BoltWriter.Pair(op.revision(), op.keyValue()));
    }
    writer.bucket("key", events.iterator());
    for (String name :
        List.of("alarm", "auth", "authRoles", "authUsers", "lease", "members", "meta")) {
      writer.bucket(name, Collections.emptyIterator());
    }
    writer.close();
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      assertThat(snapshot.preflight(true).toDo().stream().map(Preflight.Finding::what))
          .containsExactly(
              "the snapshot is of etcd 3.8, which is later than this tool knows",
              "a downgrade to 3.7.0 is under way",
              "2 stored values are encrypted by Kubernetes with aescbc, key 'key1'",
              "1 stored value is encrypted by Kubernetes with an unreadable name of a key",
              "1 stored value is encrypted by Kubernetes with kms, key 'vault'");
      assertThat(snapshot.preflight(false).toDo()).hasSize(2);
      HistorySelection two =
          HistorySelection.ALL.ofKeys(
              KeySelection.all()
                  .including(KeyRange.of("/registry/secrets/1".getBytes(UTF_8)))
                  .including(KeyRange.of("/registry/secrets/2".getBytes(UTF_8))));
      assertThat(encrypted(snapshot, two))
          .containsExactly(
              "1 stored value is encrypted by Kubernetes with aescbc, key 'key1'",
              "1 stored value is encrypted by Kubernetes with kms, key 'vault'");
      assertThat(encrypted(snapshot, two.until(Revision.of(3))))
          .containsExactly("1 stored value is encrypted by Kubernetes with aescbc, key 'key1'");
      assertThat(encrypted(snapshot, two.until(Revision.of(2)))).isEmpty();
    }
  }

  private static List<String> encrypted(EtcdSnapshot snapshot, HistorySelection part)
      throws IOException {
    return snapshot.preflight(part).findings().stream()
        .filter(finding -> finding.topic() == Preflight.Topic.ENCRYPTION)
        .map(Preflight.Finding::what)
        .toList();
  }

  private static Iterator<BoltWriter.Pair> pairs(Map<String, String> entries) {
    List<BoltWriter.Pair> pairs = new ArrayList<>();
    new TreeMap<>(entries)
        .forEach(
            (key, value) ->
                pairs.add(new BoltWriter.Pair(key.getBytes(ISO_8859_1), value.getBytes(UTF_8))));
    return pairs.iterator();
  }
}
