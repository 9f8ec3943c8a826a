package dev.etcdbackup.kubernetes;

import dev.etcdbackup.BackupKey;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.net.URI;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An object that a layout takes for a cluster.
 *
 * @param cluster what it says
 * @param created when it was created
 * @param problem why it cannot be backed up, in one line; empty when it can
 */
record Candidate(DiscoveredCluster cluster, Instant created, Optional<String> problem) {
  /** Of two clusters with one project, the older one has it. */
  static final Comparator<Candidate> OLDEST_FIRST =
      Comparator.comparing(Candidate::created)
          .thenComparing(one -> one.cluster().namespace())
          .thenComparing(one -> one.cluster().name());

  private static final String PREFIX = "etcdbackup.dev/";

  /** What an object says by itself, before its annotations. */
  interface Facts {
    /**
     * The Secrets of the pod template.
     *
     * @throws IllegalArgumentException when the template says something that cannot be
     */
    EtcdSecrets secrets();

    /**
     * The client URLs.
     *
     * @param tls whether a client needs TLS, where the object does not say so
     * @throws IllegalArgumentException when there are none, with the reason
     */
    List<URI> endpoints(boolean tls);
  }

  static Candidate of(ClusterLayout layout, String name, HasMetadata object, Facts facts) {
    ObjectMeta meta = object.getMetadata();
    Map<String, String> annotations = orEmpty(meta.getAnnotations());
    String project = name;
    List<URI> endpoints = List.of();
    EtcdSecrets secrets = EtcdSecrets.none();
    Optional<String> problem = Optional.empty();
    try {
      String wanted = annotations.get(PREFIX + "project");
      project = wanted == null ? layout.project(object) : wanted;
      BackupKey.requireProject(project);
      EtcdSecrets given = annotated(annotations);
      EtcdSecrets own = facts.secrets();
      EtcdSecrets known = given.orElse(layout.secrets(object)).orElse(own);
      boolean service = layout.kind() == ClusterLayout.Kind.SERVICE;
      boolean https = given.isTls() || own.isTls() || (service && known.isTls());
      endpoints = endpoints(annotations, facts, https);
      secrets = endpoints.get(0).toString().startsWith("https") ? known : known.withoutTls();
      if ("no".equals(annotations.get(ClusterLayout.BACKUP))) {
        problem = Optional.of("its annotation " + ClusterLayout.BACKUP + " is no");
      }
    } catch (IllegalArgumentException e) {
      problem = Optional.of(String.valueOf(e.getMessage()));
    }
    DiscoveredCluster cluster =
        new DiscoveredCluster(
            project,
            layout.name(),
            layout.kind().label,
            meta.getNamespace(),
            name,
            Objects.requireNonNullElse(meta.getUid(), ""),
            orEmpty(meta.getLabels()),
            annotations,
            endpoints,
            secrets);
    return new Candidate(cluster, createdAt(meta), problem);
  }

  private static Instant createdAt(ObjectMeta meta) {
    try {
      return Instant.parse(Objects.requireNonNullElse(meta.getCreationTimestamp(), ""));
    } catch (DateTimeParseException noneWritten) {
      return Instant.MAX;
    }
  }

  private static List<URI> endpoints(Map<String, String> annotations, Facts facts, boolean tls) {
    String given = annotations.get(PREFIX + "endpoints");
    if (given == null) {
      return facts.endpoints(tls);
    }
    List<URI> endpoints = new ArrayList<>();
    for (String one : given.split(",", -1)) {
      endpoints.add(URI.create(one.strip()));
    }
    return endpoints;
  }

  private static EtcdSecrets annotated(Map<String, String> annotations) {
    EtcdSecrets secrets = EtcdSecrets.none();
    String tls = annotations.get(PREFIX + "tls-secret");
    if (tls != null) {
      secrets = EtcdSecrets.tls(tls);
    }
    String ca = annotations.get(PREFIX + "ca-secret");
    if (ca != null) {
      secrets = secrets.withAuthorities(ca, null);
    }
    String user = annotations.get(PREFIX + "user-secret");
    return user == null
        ? secrets
        : secrets.withUser(annotations.getOrDefault(PREFIX + "user", "root"), user, null);
  }

  private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
    return map == null ? Map.of() : map;
  }
}
