package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonToken;
import dev.etcdbackup.internal.Counted;
import dev.etcdbackup.snapshot.Preflight.Topic;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Gathers what to know before starting a restored member. */
final class PreflightScan {
  private static final String ROOT = "root"; // user and role
  private static final byte[] ENCRYPTED = "k8s:enc:".getBytes(ISO_8859_1);
  private static final int MAX_KEY_NAME = 300; // bytes of provider, version and name
  private static final int MAX_KEYS = 1000;
  private static final int LATEST_KNOWN = 7; // 3.7
  private static final int ANY_UP_TO = 6; // versions up to 3.6 start from one another's

  private final RandomAccessBytes bytes;
  private final List<Preflight.Finding> findings = new ArrayList<>();

  PreflightScan(RandomAccessBytes bytes) {
    this.bytes = bytes;
  }

  /**
   * Runs it.
   *
   * @param part where values that Kubernetes encrypted are looked for; null for nowhere
   */
  Preflight run(@Nullable HistorySelection part) throws IOException {
    SnapshotMetadata metadata = new MetadataScan(new SnapshotScan(bytes)).run();
    versions(metadata);
    auth(MetadataScan.auth(new SnapshotScan(bytes)));
    alarms(metadata);
    for (Member member : metadata.members()) {
      if (member.learner()) {
        add(
            Topic.LEARNER,
            "member " + member.hexId() + " is a learner; restored members all have a vote",
            "");
      }
    }
    downgrade();
    long scheduled = metadata.scheduledCompaction().orElse(MetaBucket.NO_COMPACTION);
    if (scheduled > metadata.finishedCompaction().orElse(MetaBucket.NO_COMPACTION)) {
      add(
          Topic.COMPACTION,
          "a compaction at revision "
              + scheduled
              + " is not finished; etcd finishes it at its start",
          "");
    }
    if (part != null) {
      encryption(HistoryFilter.of(bytes, part));
    }
    return new Preflight(findings);
  }

  private void add(Topic topic, String what, String advice) {
    findings.add(new Preflight.Finding(topic, what, advice));
  }

  private void versions(SnapshotMetadata metadata) {
    int minor = Math.max(minor(metadata.clusterVersion()), minor(metadata.storageVersion()));
    if (minor > LATEST_KNOWN) {
      add(
          Topic.VERSION,
          "the snapshot is of etcd 3." + minor + ", which is later than this tool knows",
          "verify it with a test restore on that version");
    } else if (minor > ANY_UP_TO) {
      add(
          Topic.VERSION,
          "etcd 3." + minor + " starts from it",
          "start no earlier version, which may refuse the cluster version 3." + minor);
    } else {
      add(Topic.VERSION, "etcd 3.4, 3.5, 3.6 and 3.7 start from it", "");
    }
    if (!metadata.storageVersion().isEmpty()) {
      add(
          Topic.STORAGE_VERSION,
          "the storage version is "
              + metadata.storageVersion()
              + "; etcd before 3.6 ignores it, later versions keep it",
          "");
    }
  }

  /** The minor version; 0 when there is none. */
  private static int minor(String version) {
    String[] parts = version.split("\\.", -1);
    return parts.length < 2 ? 0 : Integer.parseInt(parts[1]);
  }

  private void auth(AuthSummary auth) {
    if (!auth.enabled()) {
      String users = auth.users().isEmpty() ? "" : ", " + auth.users().size() + " users are stored";
      add(Topic.AUTH, "authentication is off" + users, "");
      return;
    }
    String roots =
        auth.users().stream()
            .filter(user -> user.roles().contains(ROOT))
            .map(AuthSummary.User::name)
            .collect(Collectors.joining(", "));
    add(
        Topic.AUTH,
        "authentication is on; users with the role root: " + (roots.isEmpty() ? "none" : roots),
        "have a password of theirs at hand, or restore with withoutAuth or rootPasswordHash");
  }

  private void alarms(SnapshotMetadata metadata) {
    for (Alarm alarm : metadata.alarms()) {
      String effect = alarm.type() == Alarm.Type.NOSPACE ? ", etcd will refuse writes" : "";
      add(
          Topic.ALARM,
          "the alarm " + alarm.type() + " is raised" + effect,
          "restore with clearAlarms, or run etcdctl alarm disarm");
    }
  }

  private void downgrade() throws IOException {
    new SnapshotScan(bytes)
        .entries(
            "cluster",
            (key, value) -> {
              if (new String(key, UTF_8).equals("downgrade")) {
                downgrade(value);
              }
            });
  }

  private void downgrade(byte[] json) throws MalformedException {
    boolean[] enabled = {false};
    String[] target = {"an unknown version"};
    JsonObject.read(
        json,
        (field, value) -> {
          switch (field) {
            case "enabled" -> enabled[0] = value.currentToken() == JsonToken.VALUE_TRUE;
            case "target-version" -> target[0] = JsonObject.text(value);
            default -> {
              return false;
            }
          }
          return true;
        });
    if (enabled[0]) {
      add(
          Topic.DOWNGRADE,
          "a downgrade to " + target[0] + " is under way",
          "run etcdctl downgrade cancel after the start, or start that version");
    }
  }

  /** Values begin with {@code k8s:enc:PROVIDER:VERSION:KEY:}. */
  private void encryption(HistoryFilter part) throws IOException {
    Map<String, Integer> keys = new TreeMap<>();
    new SnapshotScan(bytes)
        .events(
            event -> {
              String key = encryptionKey(event);
              if (!key.isEmpty()
                  && part.takes(event)
                  && (keys.size() < MAX_KEYS || keys.containsKey(key))) {
                keys.merge(key, 1, Integer::sum);
              }
            });
    keys.forEach(
        (key, count) ->
            add(
                Topic.ENCRYPTION,
                Counted.of(count, "stored value")
                    + (count == 1 ? " is" : " are")
                    + " encrypted by Kubernetes with "
                    + key,
                "the API servers need this key in their EncryptionConfiguration"));
  }

  /** The provider and the name of the key; empty for a value that is not encrypted. */
  private static String encryptionKey(Event event) {
    byte[] array = event.array();
    int from = event.valueOffset;
    int end = from + Math.min(event.valueLength, MAX_KEY_NAME);
    if (end - from < ENCRYPTED.length
        || !Arrays.equals(array, from, from + ENCRYPTED.length, ENCRYPTED, 0, ENCRYPTED.length)) {
      return "";
    }
    List<String> fields = new ArrayList<>();
    int begin = from + ENCRYPTED.length;
    for (int i = begin; i < end && fields.size() < 3; i++) {
      if (array[i] == ':') {
        fields.add(new String(array, begin, i - begin, UTF_8));
        begin = i + 1;
      }
    }
    return fields.size() < 3
        ? "an unreadable name of a key"
        : fields.get(0) + ", key '" + fields.get(2) + "'";
  }
}
