package dev.etcdbackup.kubernetes;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.s3.S3StoreBuilder;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A bucket as a store, whose address and credentials are in a Secret, a ConfigMap or both. They are
 * watched: keys, authorities or an endpoint that change apply to the calls that begin afterwards,
 * without a restart; calls under way go on with what they began with.
 *
 * <p>Entries, with the names that other tools give them: {@code bucket} ({@code BUCKET_NAME},
 * {@code S3_BUCKET}), {@code prefix}, {@code endpoint} ({@code AWS_ENDPOINT_URL}, {@code
 * s3_endpoint}, {@code http_s3_endpoint}, or {@code BUCKET_HOST} and {@code BUCKET_PORT} of an
 * ObjectBucketClaim), {@code region} ({@code AWS_REGION}), {@code accessKeyId} and {@code
 * secretAccessKey} ({@code AWS_ACCESS_KEY_ID} and {@code AWS_SECRET_ACCESS_KEY}, {@code access_key}
 * and {@code secret_key}), {@code sessionToken}, {@code ca.crt} ({@code ca.pem}) with the
 * authorities to trust, {@code proxy} as {@code http://HOST:PORT}, and {@code credentials} and
 * {@code config}, the AWS shared files with the profile {@code default} that the etcd operator
 * takes. An entry of the Secret precedes that of the ConfigMap.
 *
 * <p>Without keys, {@code roleArn} ({@code AWS_ROLE_ARN}) stands for the role that the pod's
 * projected token ({@code webIdentityTokenFile}, by default what {@code
 * AWS_WEB_IDENTITY_TOKEN_FILE} says) is exchanged for; without that, the AWS SDK's own chain
 * counts, which does the same by its environment variables. Both need {@code
 * software.amazon.awssdk:sts} on the class path. Tokens are read anew whenever they are exchanged.
 * Without an endpoint, the store is AWS and the region must be given.
 *
 * <p>While the Secret or the ConfigMap is missing or not valid, calls fail with a {@link
 * StoreException} that says so; once a store was opened, a change to something that is not valid is
 * logged, {@link #problem()} says it, and the last valid settings go on.
 *
 * <p>Needs the verbs {@code list} and {@code watch} for the Secret and the ConfigMap, which may be
 * limited to their names. Thread-safe. Holds one S3 client, and an old one until its calls have
 * ended.
 */
public final class KubernetesStore implements BackupStore, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KubernetesStore.class);

  private final String place;
  private final UnaryOperator<S3StoreBuilder> customization;
  private final List<Watched<?>> watches = new ArrayList<>();
  private final Map<String, @Nullable Map<String, String>> parts =
      new HashMap<>(); // by kind; null when missing; guarded by this
  private @Nullable Opened current; // guarded by this
  private String problem = "was not read yet"; // guarded by this; empty for none
  private boolean read; // both parts; guarded by this
  private boolean closed; // guarded by this

  /** A store with its client, and the number of calls that use it. */
  private static final class Opened {
    private final StoreSettings settings;
    private final S3BackupStore store;
    private final S3Client client;
    private int users = 1; // the first is that it is current

    private Opened(StoreSettings settings, S3BackupStore store, S3Client client) {
      this.settings = settings;
      this.store = store;
      this.client = client;
    }
  }

  /** A call of a store. */
  private interface Call<T> {
    T of(S3BackupStore store) throws BackupException;
  }

  private KubernetesStore(Builder builder) {
    this.customization = builder.customization;
    this.place = builder.place();
    if (builder.configMap != null) {
      parts.put("ConfigMap", null);
      watches.add(
          new Watched<>(
              "ConfigMap " + builder.configMap + " of namespace " + builder.namespace,
              builder
                  .client
                  .configMaps()
                  .inNamespace(builder.namespace)
                  .withName(builder.configMap),
              meta -> new ConfigMapBuilder().withMetadata(meta).build(),
              (key, object) -> changed("ConfigMap", object == null ? null : data(object))));
    }
    if (builder.secret != null) {
      parts.put("Secret", null);
      watches.add(
          new Watched<>(
              "Secret " + builder.secret + " of namespace " + builder.namespace,
              builder.client.secrets().inNamespace(builder.namespace).withName(builder.secret),
              meta -> new SecretBuilder().withMetadata(meta).build(),
              (key, object) -> changed("Secret", object == null ? null : data(object))));
    }
  }

  /**
   * Returns a builder.
   *
   * @param client how to reach the API server; not closed by the store
   * @param namespace the namespace of the Secret and the ConfigMap
   * @return a builder with neither
   */
  public static Builder builder(KubernetesClient client, String namespace) {
    return new Builder(client, namespace);
  }

  /**
   * Returns why the settings that are there now cannot be used.
   *
   * @return one line without credentials; empty when they are used
   */
  public synchronized Optional<String> problem() {
    return problem.isEmpty() ? Optional.empty() : Optional.of(problem);
  }

  @Override
  public StoredBackup put(BackupKey key, Content content) throws BackupException {
    return call(store -> store.put(key, content));
  }

  @Override
  public List<StoredBackup> list(String project) throws BackupException {
    return call(store -> store.list(project));
  }

  @Override
  public Optional<StoredBackup> find(BackupKey key) throws BackupException {
    return call(store -> store.find(key));
  }

  @Override
  public InputStream open(StoredBackup backup, long offset, long length) throws BackupException {
    Opened opened = enter();
    try {
      return new Released(opened.store.open(backup, offset, length), opened);
    } catch (BackupException | RuntimeException e) {
      leave(opened);
      throw e;
    }
  }

  @Override
  public DeleteResult delete(Collection<BackupKey> keys) throws BackupException {
    return call(store -> store.delete(keys));
  }

  /**
   * Ends the watches, and closes the S3 client when the calls under way have ended. Calls after
   * this fail. Closing again does nothing.
   */
  @Override
  public void close() {
    @Nullable Opened last;
    synchronized (this) {
      closed = true;
      problem = "was closed";
      last = current;
      current = null;
    }
    watches.forEach(Watched::close);
    if (last != null) {
      leave(last);
    }
  }

  /** Names where the settings are. */
  @Override
  public String toString() {
    return "store of " + place;
  }

  private void start(Duration timeout) throws IOException {
    long end = System.nanoTime() + Math.min(timeout.toNanos(), Duration.ofHours(1).toNanos());
    List<Watched.Starting> begun = new ArrayList<>();
    watches.forEach(one -> begun.add(one.start()));
    for (Watched.Starting one : begun) {
      one.await(end);
    }
    synchronized (this) {
      read = true;
    }
    refresh();
  }

  private <T> T call(Call<T> call) throws BackupException {
    Opened opened = enter();
    try {
      return call.of(opened.store);
    } finally {
      leave(opened);
    }
  }

  private synchronized Opened enter() throws StoreException {
    if (current == null) {
      throw new StoreException("the " + this + " cannot be used: " + problem, null);
    }
    current.users++;
    return current;
  }

  private void leave(Opened opened) {
    boolean last;
    synchronized (this) {
      opened.users--;
      last = opened.users == 0;
    }
    if (last) {
      opened.client.close();
    }
  }

  private void changed(String kind, @Nullable Map<String, String> data) {
    synchronized (this) {
      parts.put(kind, data);
    }
    refresh();
  }

  /** Opens a store with what is there now, and closes the one before. */
  private void refresh() {
    @Nullable Opened before = null;
    synchronized (this) {
      if (closed || !read) { // with half of it, there would be a problem that is none
        return;
      }
      try {
        StoreSettings settings = new StoreSettings(merged());
        if (current == null || !current.settings.equals(settings)) {
          Opened opened = open(settings);
          before = current;
          current = opened;
          LOG.info("the {} is {}", this, settings);
        }
        problem = "";
      } catch (IllegalArgumentException e) {
        problem = String.valueOf(e.getMessage());
        LOG.warn(
            "the {} cannot be used{}: {}",
            this,
            current == null ? "" : " as it is now, and goes on as it was",
            problem);
      }
    }
    if (before != null) {
      leave(before);
    }
  }

  private Map<String, String> merged() {
    Map<String, String> merged = new HashMap<>();
    for (String kind : List.of("ConfigMap", "Secret")) { // the later one precedes
      if (parts.containsKey(kind)) {
        Map<String, String> data = parts.get(kind);
        if (data == null) {
          throw new IllegalArgumentException("there is no such " + kind);
        }
        merged.putAll(data);
      }
    }
    return merged;
  }

  private Opened open(StoreSettings settings) {
    S3Client client = settings.client();
    try {
      S3StoreBuilder builder =
          S3BackupStore.builder(client, settings.bucket()).prefix(settings.prefix());
      return new Opened(settings, customization.apply(builder).build(), client);
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  private static Map<String, String> data(ConfigMap map) {
    return map.getData() == null ? Map.of() : map.getData();
  }

  private static Map<String, String> data(Secret secret) {
    Map<String, String> decoded = new HashMap<>();
    if (secret.getData() != null) {
      secret
          .getData()
          .forEach(
              (key, value) ->
                  decoded.put(
                      key,
                      new String(Base64.getMimeDecoder().decode(value), StandardCharsets.UTF_8)));
    }
    return decoded;
  }

  /** Keeps the client open until it is closed. */
  private final class Released extends FilterInputStream {
    private @Nullable Opened opened;

    Released(InputStream in, Opened opened) {
      super(in);
      this.opened = opened;
    }

    @Override
    public void close() throws IOException {
      try {
        super.close();
      } finally {
        @Nullable Opened mine = opened;
        opened = null;
        if (mine != null) {
          leave(mine);
        }
      }
    }
  }

  /** Settings of a store. Not thread-safe. */
  public static final class Builder {
    private final KubernetesClient client;
    private final String namespace;
    private @Nullable String secret;
    private @Nullable String configMap;
    private UnaryOperator<S3StoreBuilder> customization = builder -> builder;

    private Builder(KubernetesClient client, String namespace) {
      this.client = Objects.requireNonNull(client, "client");
      this.namespace = Objects.requireNonNull(namespace, "namespace");
    }

    /**
     * Sets the Secret. Default: none.
     *
     * @param secret its name
     * @return this
     */
    public Builder secret(String secret) {
      this.secret = Objects.requireNonNull(secret, "secret");
      return this;
    }

    /**
     * Sets the ConfigMap. Default: none.
     *
     * @param configMap its name
     * @return this
     */
    public Builder configMap(String configMap) {
      this.configMap = Objects.requireNonNull(configMap, "configMap");
      return this;
    }

    /**
     * Sets what else the store is to have: the size of parts, an object lock. Default: nothing.
     *
     * @param customization changes the builder of each store that is opened, and returns it; may
     *     throw an {@link IllegalArgumentException}
     * @return this
     */
    public Builder store(UnaryOperator<S3StoreBuilder> customization) {
      this.customization = Objects.requireNonNull(customization, "customization");
      return this;
    }

    /**
     * Reads the Secret and the ConfigMap and watches them from then on. That they are missing or
     * not valid is no failure: they may come later. Blocks until they were read. Sends nothing to
     * the bucket.
     *
     * @param timeout how long that may take, more than 0
     * @return the store
     * @throws IllegalArgumentException when there is neither a Secret nor a ConfigMap
     * @throws IOException when the API server refuses or does not answer in time; nothing is
     *     watched then
     */
    public KubernetesStore open(Duration timeout) throws IOException {
      if (secret == null && configMap == null) {
        throw new IllegalArgumentException("give a secret, a configMap or both");
      }
      KubernetesStore store = new KubernetesStore(this);
      try {
        store.start(timeout);
        return store;
      } catch (IOException | RuntimeException e) {
        store.close();
        throw e;
      }
    }

    private String place() {
      String map = configMap == null ? "" : "ConfigMap " + namespace + "/" + configMap;
      String keys = secret == null ? "" : "Secret " + namespace + "/" + secret;
      return map.isEmpty() || keys.isEmpty() ? map + keys : keys + " and " + map;
    }
  }
}
