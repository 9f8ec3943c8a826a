package dev.etcdbackup.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How etcd clusters of one kind of installation are recognised among StatefulSets, Services or
 * pods, and how each is called.
 *
 * <p>Labels are selected by the API server; everything else is checked here. The endpoints are
 * those of every pod: of a StatefulSet by the names that its pods have in DNS, of a Service by its
 * EndpointSlices, ready or not, and of pods themselves. The port, TLS, and the Secrets with
 * certificates and the password of {@code root} follow from etcd's flags and environment variables
 * in the pod template, from the volumes of the etcd operator, etcd-druid and Bitnami's chart, and
 * from {@link #secrets}; a Service says none of that.
 *
 * <p>These annotations of the object precede all of it:
 *
 * <ul>
 *   <li>{@code etcdbackup.dev/project}: the project of its backups
 *   <li>{@code etcdbackup.dev/backup}: {@code no} for a cluster that is found but not backed up
 *   <li>{@code etcdbackup.dev/endpoints}: its client URLs, separated by commas
 *   <li>{@code etcdbackup.dev/tls-secret}: a Secret with client certificate and key, and
 *       authorities unless the next one is given
 *   <li>{@code etcdbackup.dev/ca-secret}: a Secret with the authorities to trust
 *   <li>{@code etcdbackup.dev/user-secret}: a Secret with the password of {@code root}, or of the
 *       user in {@code etcdbackup.dev/user}
 * </ul>
 *
 * <p>{@link LayoutPresets} has the layouts of known charts and operators.
 *
 * <p>Immutable and thread-safe.
 */
public final class ClusterLayout {
  /**
   * The label that {@link LayoutPresets#labelled} looks for, with the value {@code yes}; see there.
   */
  public static final String BACKUP = "etcdbackup.dev/backup";

  /** The kinds of objects that stand for clusters. */
  enum Kind {
    STATEFUL_SET("StatefulSet"),
    SERVICE("Service"),
    POD("Pod");

    final String label;

    Kind(String label) {
      this.label = label;
    }
  }

  private final String name;
  private final Kind kind;
  private final String clusterLabel; // of pods; else empty
  private final Map<String, String> labels;
  private final Map<String, String> annotations;
  private final Map<String, String> environment;
  private final Predicate<HasMetadata> condition;
  private final Function<HasMetadata, String> project;
  private final Function<HasMetadata, EtcdSecrets> secrets;

  private ClusterLayout(Draft draft) {
    this.name = draft.name;
    this.kind = draft.kind;
    this.clusterLabel = draft.clusterLabel;
    this.labels = Map.copyOf(draft.labels);
    this.annotations = Map.copyOf(draft.annotations);
    this.environment = Map.copyOf(draft.environment);
    this.condition = draft.condition;
    this.project = draft.project;
    this.secrets = draft.secrets;
  }

  /** A copy that may be changed. */
  private static final class Draft {
    private final String name;
    private final Kind kind;
    private final String clusterLabel;
    private final Map<String, String> labels = new LinkedHashMap<>();
    private final Map<String, String> annotations = new LinkedHashMap<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private Predicate<HasMetadata> condition = object -> true;
    private Function<HasMetadata, String> project = object -> object.getMetadata().getName();
    private Function<HasMetadata, EtcdSecrets> secrets = object -> EtcdSecrets.none();

    private Draft(String name, Kind kind, String clusterLabel) {
      this.name = Objects.requireNonNull(name, "name");
      this.kind = kind;
      this.clusterLabel = clusterLabel;
    }

    private Draft(ClusterLayout from) {
      this(from.name, from.kind, from.clusterLabel);
      labels.putAll(from.labels);
      annotations.putAll(from.annotations);
      environment.putAll(from.environment);
      condition = from.condition;
      project = from.project;
      secrets = from.secrets;
    }
  }

  /**
   * Returns a layout in which each StatefulSet is a cluster. Without further conditions, every
   * StatefulSet is.
   *
   * @param name the name of the layout, for messages
   * @return the layout
   */
  public static ClusterLayout statefulSets(String name) {
    return new ClusterLayout(new Draft(name, Kind.STATEFUL_SET, ""));
  }

  /**
   * Returns a layout in which each Service is a cluster. Without further conditions, every Service
   * is. A port called {@code client} or {@code etcd-client} or with the number 2379 is the
   * clients', else the first one.
   *
   * @param name the name of the layout, for messages
   * @return the layout
   */
  public static ClusterLayout services(String name) {
    return new ClusterLayout(new Draft(name, Kind.SERVICE, ""));
  }

  /**
   * Returns a layout in which the pods with the same value of a label are a cluster, whose name and
   * project are that value. A cluster that has lost all of its pods is not one any more; where
   * there is a Service or a StatefulSet, prefer that.
   *
   * @param name the name of the layout, for messages
   * @param clusterLabel the label
   * @return the layout
   * @throws IllegalArgumentException when the label is empty
   */
  public static ClusterLayout pods(String name, String clusterLabel) {
    if (clusterLabel.isEmpty()) {
      throw new IllegalArgumentException("clusterLabel must not be empty");
    }
    Draft draft = new Draft(name, Kind.POD, clusterLabel);
    draft.project = object -> label(object, clusterLabel, object.getMetadata().getName());
    return new ClusterLayout(draft);
  }

  /**
   * Returns a copy with a condition on a label.
   *
   * @param key the key of the label
   * @param value its value
   * @return the layout with one more condition
   */
  public ClusterLayout label(String key, String value) {
    Draft draft = new Draft(this);
    draft.labels.put(key, value);
    return new ClusterLayout(draft);
  }

  /**
   * Returns a copy with a condition on an annotation.
   *
   * @param key the key of the annotation
   * @param value its value
   * @return the layout with one more condition
   */
  public ClusterLayout annotation(String key, String value) {
    Draft draft = new Draft(this);
    draft.annotations.put(key, value);
    return new ClusterLayout(draft);
  }

  /**
   * Returns a copy with a condition on an environment variable of a container. No Service fulfils
   * it.
   *
   * @param variable the name of the variable
   * @param value its value
   * @return the layout with one more condition
   */
  public ClusterLayout environment(String variable, String value) {
    Draft draft = new Draft(this);
    draft.environment.put(variable, value);
    return new ClusterLayout(draft);
  }

  /**
   * Returns a copy with a condition.
   *
   * @param condition a pure function of the object
   * @return the layout with one more condition
   */
  public ClusterLayout where(Predicate<HasMetadata> condition) {
    Draft draft = new Draft(this);
    draft.condition = this.condition.and(condition);
    return new ClusterLayout(draft);
  }

  /**
   * Returns a copy with another rule for the project. The default is the name of the object.
   *
   * @param project a pure function of the object
   * @return the changed layout
   */
  public ClusterLayout project(Function<HasMetadata, String> project) {
    Draft draft = new Draft(this);
    draft.project = Objects.requireNonNull(project, "project");
    return new ClusterLayout(draft);
  }

  /**
   * Returns a copy with another rule for the Secrets. They precede what the pod template says, and
   * count for clusters whose etcd serves {@code https} only; for a Service, they make it {@code
   * https}. The default is none.
   *
   * @param secrets a pure function of the object
   * @return the changed layout
   */
  public ClusterLayout secrets(Function<HasMetadata, EtcdSecrets> secrets) {
    Draft draft = new Draft(this);
    draft.secrets = Objects.requireNonNull(secrets, "secrets");
    return new ClusterLayout(draft);
  }

  /**
   * Returns the name of the layout.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /** Names the layout. */
  @Override
  public String toString() {
    return name;
  }

  Kind kind() {
    return kind;
  }

  String clusterLabel() {
    return clusterLabel;
  }

  /** The labels by which the API server selects. */
  Map<String, String> labels() {
    return labels;
  }

  /** Whether an object that the API server selected fulfils the other conditions. */
  boolean matches(HasMetadata object, @Nullable EtcdPodSpec pod) {
    Map<String, String> present =
        Objects.requireNonNullElse(object.getMetadata().getAnnotations(), Map.of());
    return annotations.entrySet().stream()
            .allMatch(one -> one.getValue().equals(present.get(one.getKey())))
        && environment.entrySet().stream()
            .allMatch(one -> pod != null && pod.hasVariable(one.getKey(), one.getValue()))
        && condition.test(object);
  }

  String project(HasMetadata object) {
    return project.apply(object);
  }

  EtcdSecrets secrets(HasMetadata object) {
    return secrets.apply(object);
  }

  ClusterLayout named(String other) {
    Draft draft = new Draft(other, kind, clusterLabel);
    draft.labels.putAll(labels);
    draft.annotations.putAll(annotations);
    draft.environment.putAll(environment);
    draft.condition = condition;
    draft.project = project;
    draft.secrets = secrets;
    return new ClusterLayout(draft);
  }

  static String label(HasMetadata object, String key, String otherwise) {
    Map<String, String> labels = object.getMetadata().getLabels();
    return labels == null ? otherwise : labels.getOrDefault(key, otherwise);
  }
}
