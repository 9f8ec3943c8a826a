package dev.etcdbackup.cli;

import dev.etcdbackup.Recipients;
import dev.etcdbackup.snapshot.SnapshotMetadata;
import dev.etcdbackup.snapshot.StatusVersion;
import dev.etcdbackup.snapshot.StoredSnapshot;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code inspect}. */
@Command(
    name = "inspect",
    description =
        "Prints facts of a snapshot that about ten reads find, without downloading it:"
            + " exact revision, version of etcd, members, alarms, leases, and to which OpenPGP"
            + " keys it is encrypted. Only tarballs and encrypted backups are read completely.")
final class InspectCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(paramLabel = "KEY|FILE", description = SnapshotOperand.DESCRIPTION)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SnapshotOperand operand;

  InspectCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** A member as {@code -o json} shows it. */
  record MemberJson(
      String id, String name, List<String> peerUrls, List<String> clientUrls, boolean learner) {}

  /** An alarm as {@code -o json} shows it. */
  record AlarmJson(String memberId, String type) {}

  /** The facts as {@code -o json} shows them; what the snapshot does not tell is null. */
  record FactsJson(
      String readBy,
      @Nullable List<String> encryptedTo,
      long revision,
      long compactRevision,
      @Nullable Long scheduledCompaction,
      @Nullable Long finishedCompaction,
      String writtenBy,
      String clusterVersion,
      String storageVersion,
      @Nullable Long consistentIndex,
      @Nullable Long term,
      List<MemberJson> members,
      List<String> removedMembers,
      List<AlarmJson> alarms,
      SnapshotMetadata.Extent leases,
      SnapshotMetadata.Extent events,
      long databaseSize,
      int pageSize) {}

  @Override
  public Integer call() throws UsageException, IOException {
    OperandReader reader = new OperandReader(root).readRecipients();
    FactsJson metadata =
        reader.pages(
            operand,
            (one, access) ->
                metadata(one.metadata(), access, reader.encryptedTo().map(Recipients::keyIds)));
    Output output = root.output();
    if (output.isJson()) {
      output.json(metadata);
    } else {
      print(metadata, output);
    }
    return ExitCode.DONE;
  }

  private static FactsJson metadata(
      SnapshotMetadata metadata, StoredSnapshot.Access access, Optional<List<String>> encryptedTo) {
    return new FactsJson(
        OperandReader.text(access),
        encryptedTo.orElse(null),
        metadata.revision(),
        metadata.compactRevision(),
        orNull(metadata.scheduledCompaction()),
        orNull(metadata.finishedCompaction()),
        line(metadata.writtenBy()),
        metadata.clusterVersion(),
        metadata.storageVersion(),
        orNull(metadata.consistentIndex()),
        orNull(metadata.term()),
        metadata.members().stream()
            .map(
                one ->
                    new MemberJson(
                        one.hexId(), one.name(), one.peerUrls(), one.clientUrls(), one.learner()))
            .toList(),
        metadata.removedMembers().stream().map(Long::toHexString).toList(),
        metadata.alarms().stream()
            .map(one -> new AlarmJson(Long.toHexString(one.memberId()), one.type().name()))
            .toList(),
        metadata.leases(),
        metadata.events(),
        metadata.databaseSize(),
        metadata.pageSize());
  }

  private static void print(FactsJson metadata, Output output) {
    output.line("revision: " + metadata.revision());
    output.line(
        "compacted: "
            + (metadata.compactRevision() < 0 ? "never" : "" + metadata.compactRevision()));
    output.line("etcd: " + metadata.writtenBy());
    output.line("cluster version: " + orUnknown(metadata.clusterVersion()));
    output.line("storage version: " + orUnknown(metadata.storageVersion()));
    metadata.members().forEach(member -> output.line("member: " + text(member)));
    metadata.removedMembers().forEach(id -> output.line("removed member: " + id));
    metadata.alarms().forEach(one -> output.line("alarm: " + one.type() + " of " + one.memberId()));
    output.line("leases: " + text(metadata.leases()));
    output.line("events: " + text(metadata.events()));
    output.line(
        "size: "
            + metadata.databaseSize()
            + " bytes in pages of "
            + metadata.pageSize()
            + " bytes");
    if (metadata.encryptedTo() != null) {
      output.line("encrypted to: " + String.join(", ", metadata.encryptedTo()));
    }
    output.line("read by: " + metadata.readBy());
  }

  private static String text(MemberJson member) {
    return member.id()
        + " "
        + (member.name().isEmpty() ? "(never started)" : member.name())
        + (member.learner() ? ", a learner" : "")
        + ", peers "
        + String.join(" ", member.peerUrls())
        + (member.clientUrls().isEmpty()
            ? ""
            : ", clients " + String.join(" ", member.clientUrls()));
  }

  private static String text(SnapshotMetadata.Extent extent) {
    return (extent.exact() ? "" : "about ") + extent.count();
  }

  private static String orUnknown(String version) {
    return version.isEmpty() ? "none" : version;
  }

  private static @Nullable Long orNull(OptionalLong value) {
    return value.isPresent() ? value.getAsLong() : null;
  }

  private static String line(StatusVersion version) {
    return version.name().substring(1).replace('_', '.').toLowerCase(Locale.ROOT);
  }
}
