package dev.etcdbackup.cli;

import dev.etcdbackup.etcd.snapshot.SnapshotFacts;
import dev.etcdbackup.etcd.snapshot.StatusVersion;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code inspect}. */
@Command(
    name = "inspect",
    description =
        "Prints what can be told of a snapshot by about ten reads, without downloading it: exact"
            + " revision, version of etcd, members, alarms, leases. Only a tarball is unpacked as a"
            + " whole.")
final class InspectCommand implements Callable<Integer> {
  private final EtcdBackup root;

  @Parameters(paramLabel = "KEY|FILE", description = SnapshotOperand.DESCRIPTION)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SnapshotOperand operand;

  InspectCommand(EtcdBackup root) {
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
      SnapshotFacts.Extent leases,
      SnapshotFacts.Extent events,
      long databaseSize,
      int pageSize) {}

  @Override
  public Integer call() throws UsageException, IOException {
    FactsJson facts =
        new SnapshotReader(root).pages(operand, (one, way) -> facts(one.facts(), way));
    Output output = root.output();
    if (output.isJson()) {
      output.json(facts);
    } else {
      print(facts, output);
    }
    return ExitCode.DONE;
  }

  private static FactsJson facts(SnapshotFacts facts, SnapshotReader.Way way) {
    return new FactsJson(
        way.toString(),
        facts.revision(),
        facts.compactRevision(),
        orNull(facts.scheduledCompaction()),
        orNull(facts.finishedCompaction()),
        line(facts.writtenBy()),
        facts.clusterVersion(),
        facts.storageVersion(),
        orNull(facts.consistentIndex()),
        orNull(facts.term()),
        facts.members().stream()
            .map(
                one ->
                    new MemberJson(
                        one.hexId(), one.name(), one.peerUrls(), one.clientUrls(), one.learner()))
            .toList(),
        facts.removedMembers().stream().map(Long::toHexString).toList(),
        facts.alarms().stream()
            .map(one -> new AlarmJson(Long.toHexString(one.memberId()), one.type().name()))
            .toList(),
        facts.leases(),
        facts.events(),
        facts.databaseSize(),
        facts.pageSize());
  }

  private static void print(FactsJson facts, Output output) {
    output.line("revision: " + facts.revision());
    output.line(
        "compacted: " + (facts.compactRevision() < 0 ? "never" : "" + facts.compactRevision()));
    output.line("etcd: " + facts.writtenBy());
    output.line("cluster version: " + orUnknown(facts.clusterVersion()));
    output.line("storage version: " + orUnknown(facts.storageVersion()));
    facts.members().forEach(member -> output.line("member: " + text(member)));
    facts.removedMembers().forEach(id -> output.line("removed member: " + id));
    facts.alarms().forEach(one -> output.line("alarm: " + one.type() + " of " + one.memberId()));
    output.line("leases: " + text(facts.leases()));
    output.line("events: " + text(facts.events()));
    output.line(
        "size: " + facts.databaseSize() + " bytes in pages of " + facts.pageSize() + " bytes");
    output.line("read by: " + facts.readBy());
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

  private static String text(SnapshotFacts.Extent extent) {
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
