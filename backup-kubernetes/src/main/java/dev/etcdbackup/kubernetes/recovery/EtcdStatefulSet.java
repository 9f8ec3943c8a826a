package dev.etcdbackup.kubernetes.recovery;

import dev.etcdbackup.kubernetes.ObjectName;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A StatefulSet whose pods are the members of an etcd cluster, each with its data on a volume of
 * its own, and the addresses of the members.
 *
 * <p>The name of a member is that of its pod. Which volume the data are on follows from the data
 * directory and the volume mounts of the container.
 *
 * <p>Immutable. Thread-safe when the functions given are.
 */
public final class EtcdStatefulSet {
  private static final String PEER = "http://{pod}.{service}.{namespace}.svc:2380";
  private static final String CLIENT = "http://{pod}.{service}.{namespace}.svc:2379";

  private final String namespace;
  private final String name;
  private final @Nullable String container;
  private final @Nullable String dataDir;
  private final int members;
  private final MemberUrl peerUrl;
  private final MemberUrl clientUrl;

  private EtcdStatefulSet(Builder builder) {
    this.namespace = builder.namespace;
    this.name = builder.name;
    this.container = builder.container;
    this.dataDir = builder.dataDir;
    this.members = builder.members;
    this.peerUrl = builder.peerUrl;
    this.clientUrl = builder.clientUrl;
  }

  /** The address of a member. */
  interface MemberUrl {
    /**
     * Returns the address.
     *
     * @param index the position of the member, from 0
     * @param pod the name of its pod
     * @param service the service that governs the StatefulSet
     */
    String of(int index, String pod, String service);
  }

  /**
   * Begins with the defaults.
   *
   * @param namespace the namespace
   * @param name the name of the StatefulSet
   * @return the builder
   * @throws IllegalArgumentException when no namespace or no StatefulSet can have the name
   */
  public static Builder builder(String namespace, String name) {
    return new Builder(namespace, name);
  }

  /**
   * Returns the namespace.
   *
   * @return the namespace
   */
  public String namespace() {
    return namespace;
  }

  /**
   * Returns the name of the StatefulSet.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  @Nullable String container() {
    return container;
  }

  @Nullable String dataDir() {
    return dataDir;
  }

  int members() {
    return members;
  }

  MemberUrl peerUrl() {
    return peerUrl;
  }

  MemberUrl clientUrl() {
    return clientUrl;
  }

  /** Returns {@code NAMESPACE/NAME}. */
  @Override
  public String toString() {
    return namespace + "/" + name;
  }

  /** Settings of a StatefulSet. For one thread. */
  public static final class Builder {
    private final String namespace;
    private final String name;
    private @Nullable String container;
    private @Nullable String dataDir;
    private int members;
    private MemberUrl peerUrl;
    private MemberUrl clientUrl;

    private Builder(String namespace, String name) {
      this.namespace = ObjectName.require("namespace", namespace);
      this.name = ObjectName.require("StatefulSet", name);
      this.peerUrl = template(PEER);
      this.clientUrl = template(CLIENT);
    }

    /**
     * Sets the container that runs etcd. Default: the one named {@code etcd}, else the first.
     *
     * @param container the name of the container
     * @return this
     */
    public Builder container(String container) {
      this.container = Objects.requireNonNull(container, "container");
      return this;
    }

    /**
     * Sets the data directory of etcd, as the container sees it. Default: what the argument {@code
     * --data-dir} or the variable {@code ETCD_DATA_DIR} of the container is.
     *
     * @param dataDir the absolute path
     * @return this
     * @throws IllegalArgumentException when it is not absolute
     */
    public Builder dataDir(String dataDir) {
      if (!dataDir.startsWith("/")) {
        throw new IllegalArgumentException("dataDir must be an absolute path, not " + dataDir);
      }
      this.dataDir = dataDir;
      return this;
    }

    /**
     * Sets the number of members. Default: the replicas of the StatefulSet when the restore begins,
     * which must be 1 or more then.
     *
     * @param members the number, 1 or more
     * @return this
     * @throws IllegalArgumentException when it is less
     */
    public Builder members(int members) {
      if (members < 1) {
        throw new IllegalArgumentException("members must be 1 or more, not " + members);
      }
      this.members = members;
      return this;
    }

    /**
     * Sets the peer URL of the members. Default: {@code
     * http://{pod}.{service}.{namespace}.svc:2380}.
     *
     * @param template a URL in which {@code {pod}}, {@code {service}} (which governs the
     *     StatefulSet) and {@code {namespace}} are replaced
     * @return this
     */
    public Builder peerUrls(String template) {
      this.peerUrl = template(template);
      return this;
    }

    /**
     * Sets the peer URL of the members.
     *
     * @param url returns the URL of the member at an index, from 0; the same for each call
     * @return this
     */
    public Builder peerUrls(IntFunction<String> url) {
      this.peerUrl = (index, pod, service) -> url.apply(index);
      return this;
    }

    /**
     * Sets the URL at which each member answers clients. Default: {@code
     * http://{pod}.{service}.{namespace}.svc:2379}.
     *
     * @param template as for {@link #peerUrls(String)}
     * @return this
     */
    public Builder clientUrls(String template) {
      this.clientUrl = template(template);
      return this;
    }

    /**
     * Sets the URL at which each member answers clients.
     *
     * @param url as for {@link #peerUrls(IntFunction)}
     * @return this
     */
    public Builder clientUrls(IntFunction<String> url) {
      this.clientUrl = (index, pod, service) -> url.apply(index);
      return this;
    }

    /**
     * Builds the description. Asks nothing of the cluster.
     *
     * @return the description
     */
    public EtcdStatefulSet build() {
      return new EtcdStatefulSet(this);
    }

    private MemberUrl template(String template) {
      return (index, pod, service) ->
          template
              .replace("{pod}", pod)
              .replace("{service}", service)
              .replace("{namespace}", namespace);
    }
  }
}
