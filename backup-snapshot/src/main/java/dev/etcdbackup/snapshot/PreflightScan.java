package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.etcdbackup.snapshot.Preflight.Topic;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Gathers what to know before starting a restored member. */
final class PreflightScan {
  private static final String ROOT = "root"; // user and role
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
      findings.addAll(encryptionKeys(HistoryFilter.of(bytes, part)));
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
            case "enabled" -> enabled[0] = JsonObject.truth(value);
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

  private List<Preflight.Finding> encryptionKeys(HistoryFilter part) throws IOException {
    EncryptedValues keys = new EncryptedValues();
    new SnapshotScan(bytes)
        .events(
            event -> {
              if (part.takes(event)) {
                keys.add(event);
              }
            });
    return keys.findings();
  }
}
