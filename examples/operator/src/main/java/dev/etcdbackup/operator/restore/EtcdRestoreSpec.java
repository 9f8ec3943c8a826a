package dev.etcdbackup.operator.restore;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.operator.EtcdAddress;
import dev.etcdbackup.operator.EtcdBackupScheduleSpec.Store;
import dev.etcdbackup.operator.Owner;
import dev.etcdbackup.operator.StoreAddress;
import dev.etcdbackup.service.BackupService;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted. Without {@code approvedBy} it is a dry run.
 *
 * @param statefulSet the StatefulSet of the cluster
 * @param from what is restored
 * @param etcd how the members are reached
 * @param restart workloads that are restarted when the cluster is healthy
 * @param approvedBy who approved it
 * @param attempt raised to try a failed step again
 * @param rollBack set to take the old volumes into use again
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "!has(oldSelf.approvedBy) || (has(self.approvedBy) && self.approvedBy == oldSelf.approvedBy"
            + " && self.statefulSet == oldSelf.statefulSet && self.from == oldSelf.from)",
    message = "what was approved cannot be changed; create another EtcdRestore")
@ValidationRule(
    value = "!has(self.rollBack) || !self.rollBack || has(self.approvedBy)",
    message = "rollBack needs approvedBy")
public record EtcdRestoreSpec(
    @Required
        @Size(min = 1, max = 253)
        @JsonPropertyDescription("The StatefulSet of the cluster, in the same namespace.")
        @Nullable String statefulSet,
    @Required @Nullable From from,
    @JsonPropertyDescription("How the members are reached; by default without TLS and user.")
        @Nullable Members etcd,
    @Size(max = 32) @JsonPropertyDescription("What is restarted when the cluster is healthy.")
        @Nullable
            List<@Size(max = 300) @Pattern("^(deployment|statefulset|daemonset)/[^/]+$") String>
            restart,
    @Size(min = 1, max = 253)
        @JsonPropertyDescription(
            "Who approves it. Without it this is a dry run: the status has the backup and the"
                + " steps, and nothing is changed.")
        @Nullable String approvedBy,
    @Default("1")
        @Min(1)
        @Max(100)
        @JsonPropertyDescription("Raise it to try the step that failed again.")
        @Nullable Integer attempt,
    @Default("false")
        @JsonPropertyDescription(
            "Whether the old volumes are taken into use again, from any step and after the end.")
        @Nullable Boolean rollBack) {
  static final EtcdRestoreSpec EMPTY =
      new EtcdRestoreSpec(null, null, null, null, null, null, null);

  /**
   * What is restored: a backup, or the state as of a time or revision between two backups, from the
   * changes that were recorded.
   *
   * @param store where it is
   * @param project its project; by default the name of the StatefulSet
   * @param backup its name in the project; by default that of the newest one that verifies
   * @param toTime the time
   * @param toRevision the revision
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @ValidationRule(
      value = "!(has(self.toTime) && has(self.toRevision))",
      message = "toTime and toRevision exclude each other")
  public record From(
      @Required @Nullable Store store,
      @Size(min = 1, max = 253)
          @Pattern("^[^/\\s]+$")
          @JsonPropertyDescription("By default the name of the StatefulSet.")
          @Nullable String project,
      @Size(min = 1, max = 1024)
          @JsonPropertyDescription(
              "The name of the backup in the project; by default the newest that verifies.")
          @Nullable String backup,
      @Size(max = 40)
          @Pattern("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$")
          @JsonPropertyDescription(
              "The state as of this time, from recorded changes, as in 2020-02-03T21:00:00Z.")
          @Nullable String toTime,
      @Min(1) @JsonPropertyDescription("The state as of this revision, from recorded changes.")
          @Nullable Long toRevision) {}

  /**
   * How the members are reached.
   *
   * @param tlsSecret the Secret with the authorities and perhaps a client certificate
   * @param userSecret the Secret with {@code username} and {@code password}
   * @param peerUrls the template of the peer URLs
   * @param clientUrls the template of the client URLs
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Members(
      @JsonPropertyDescription("The Secret with ca.crt, and tls.crt and tls.key when needed.")
          @Nullable String tlsSecret,
      @JsonPropertyDescription("The Secret with username and password.")
          @Nullable String userSecret,
      @Size(max = 300)
          @JsonPropertyDescription(
              "By default http://{pod}.{service}.{namespace}.svc:2380, with these three names.")
          @Nullable String peerUrls,
      @Size(max = 300) @JsonPropertyDescription("Likewise, with port 2379.")
          @Nullable String clientUrls) {}

  boolean isApproved() {
    return approvedBy != null && !approvedBy.isBlank();
  }

  boolean isRollBack() {
    return Boolean.TRUE.equals(rollBack);
  }

  String project() {
    From source = require("spec.from", from);
    return source.project() == null ? require("spec.statefulSet", statefulSet) : source.project();
  }

  StoreAddress store(String namespace) {
    return require("spec.from.store", require("spec.from", from).store()).address(namespace);
  }

  /** The key that the resource names; empty when it leaves the choice. */
  Optional<BackupKey> named() {
    return Optional.ofNullable(require("spec.from", from).backup())
        .map(name -> BackupKey.of(project(), name));
  }

  /**
   * Chooses a backup: the one that is named, else the newest one that verifies; for a time or a
   * revision the newest one before that.
   */
  BackupKey choose(BackupService backups) throws IOException {
    Optional<BackupKey> named = named();
    if (named.isPresent()) {
      return named.get();
    }
    String project = project();
    From source = require("spec.from", from);
    Optional<Backup> found =
        source.toTime() == null && source.toRevision() == null
            ? backups.newestGood(project).backup()
            : backups.list(project).stream()
                .filter(one -> one.kind().hasSeries())
                .filter(isBefore(source))
                .max(Backup.OLDEST_FIRST);
    return found
        .orElseThrow(() -> new IOException("there is no backup of " + project + " to restore from"))
        .key();
  }

  private static Predicate<Backup> isBefore(From source) {
    Long revision = source.toRevision();
    if (revision != null) {
      return one -> {
        OptionalLong of = one.name().revision();
        return of.isPresent() && of.getAsLong() <= revision;
      };
    }
    Instant time = time(source);
    return one -> one.time().filter(of -> !of.isAfter(time)).isPresent();
  }

  private static Instant time(From source) {
    try {
      return Instant.parse(require("spec.from.toTime", source.toTime()));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("spec.from.toTime must be a time in UTC", e);
    }
  }

  RestoreOrder order(Owner owner, BackupKey backup) {
    return new RestoreOrder(
        owner,
        require("spec.statefulSet", statefulSet),
        store(owner.namespace()),
        backup,
        approvedBy == null ? "" : approvedBy,
        settings());
  }

  private RestoreOrder.Settings settings() {
    Members members = etcd == null ? new Members(null, null, null, null) : etcd;
    return new RestoreOrder.Settings(
        options(),
        EtcdAddress.secrets(members.tlsSecret(), members.userSecret()),
        members.peerUrls(),
        members.clientUrls(),
        restart == null ? List.of() : restart,
        attempt == null ? 1 : attempt,
        isRollBack());
  }

  private List<String> options() {
    From source = require("spec.from", from);
    if (source.toTime() != null) {
      return List.of("--to-time", time(source).toString());
    }
    return source.toRevision() == null
        ? List.of()
        : List.of("--to-revision", source.toRevision().toString());
  }

  private static <T> T require(String field, @Nullable T value) {
    if (value == null) {
      throw new IllegalArgumentException(field + " must be set");
    }
    return value;
  }
}
