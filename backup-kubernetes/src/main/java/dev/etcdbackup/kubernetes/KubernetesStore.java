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
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
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

/**
 * A bucket as a store, whose address and credentials are in a Secret, a ConfigMap or both. They are
 * watched: keys, authorities or an endpoint that change apply to the calls that begin afterwards,
 * without a restart; calls that are under way keep the settings with which they began.
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
 * limited to their names; or the verb {@code get} alone, with {@link Builder#openUnwatched}, which
 * reads them instead of watching them. Thread-safe. Holds one S3 client, and an old one until its
 * calls have ended.
 */
public final class KubernetesStore implements BackupStore, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KubernetesStore.class);

  private final StoreEntries entries;
  private final UnaryOperator<S3StoreBuilder> customization;
  private final List<Watched<?>> watches;
  private final @Nullable Reading reading; // null when they are watched
  private @Nullable OpenedStore current; // guarded by this
  private String problem = "was not read yet"; // guarded by this; empty for none
  private boolean read; // both the Secret and the ConfigMap; guarded by this
  private boolean closed; // guarded by this

  /** A call of a store. */
  private interface Call<T> {
    T of(S3BackupStore store) throws BackupException;
  }

  private KubernetesStore(Builder builder, @Nullable Duration readAfter) {
    this.customization = builder.customization;
    this.entries = builder.entries();
    this.watches = readAfter == null ? entries.watches(this::refresh) : List.of();
    this.reading = readAfter == null ? null : new Reading(readAfter, builder.clock);
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
    OpenedStore opened = enter();
    try {
      return opened.leavingAtEnd(opened.store().open(backup, offset, length));
    } catch (BackupException | RuntimeException e) {
      opened.leave();
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
    @Nullable OpenedStore last;
    synchronized (this) {
      closed = true;
      problem = "was closed";
      last = current;
      current = null;
    }
    watches.forEach(Watched::close);
    if (last != null) {
      last.leave();
    }
  }

  /** Names where the settings are. */
  @Override
  public String toString() {
    return "store of " + entries;
  }

  private void start(Duration timeout) throws IOException {
    long end = Watched.end(timeout);
    List<Watched.Starting> begun = new ArrayList<>();
    watches.forEach(one -> begun.add(one.start()));
    for (Watched.Starting one : begun) {
      one.await(end);
    }
    wasRead();
  }

  private void wasRead() {
    synchronized (this) {
      read = true;
    }
    refresh();
  }

  private <T> T call(Call<T> call) throws BackupException {
    OpenedStore opened = enter();
    try {
      return call.of(opened.store());
    } finally {
      opened.leave();
    }
  }

  private OpenedStore enter() throws StoreException {
    if (reading != null) {
      reading.readWhatIsOld();
    }
    synchronized (this) {
      if (current == null) {
        throw new StoreException("the " + this + " cannot be used: " + problem, null);
      }
      current.enter();
      return current;
    }
  }

  /** Opens a store with what is there now, and closes the one before. */
  private void refresh() {
    @Nullable OpenedStore before = null;
    synchronized (this) {
      if (closed || !read) { // with half of it, there would be a problem that is none
        return;
      }
      try {
        StoreSettings settings = entries.settings();
        if (current == null || !current.settings().equals(settings)) {
          OpenedStore opened = OpenedStore.of(settings, customization);
          before = current;
          current = opened;
          LOG.info("the {} is {}", this, settings);
        }
        problem = "";
      } catch (IllegalArgumentException e) {
        cannotBeUsed(String.valueOf(e.getMessage()));
      }
    }
    if (before != null) {
      before.leave();
    }
  }

  private synchronized void cannotBeUsed(String why) {
    if (closed) {
      return;
    }
    problem = why;
    LOG.warn(
        "the {} cannot be used{}: {}",
        this,
        current == null ? "" : " as it is now, and goes on as it was",
        why);
  }

  private synchronized boolean isUsable() {
    return current != null || closed;
  }

  /** Reads the Secret and the ConfigMap before a call that finds them too old. */
  private final class Reading {
    private final Duration readAfter;
    private final InstantSource clock;
    private @Nullable Instant last; // guarded by this

    Reading(Duration readAfter, InstantSource clock) {
      this.readAfter = readAfter;
      this.clock = clock;
    }

    /** Other calls wait until the first one has read. */
    synchronized void readWhatIsOld() {
      Instant now = clock.instant();
      boolean isNew =
          last != null
              && !now.isBefore(last)
              && Duration.between(last, now).compareTo(readAfter) < 0
              && isUsable();
      if (isNew) {
        return;
      }
      last = now; // also of one that fails: what was read before goes on
      try {
        entries.read();
        wasRead();
      } catch (IOException e) {
        cannotBeUsed(String.valueOf(e.getMessage()));
      }
    }
  }

  /** Settings of a store. Not thread-safe. */
  public static final class Builder {
    private final KubernetesClient client;
    private final String namespace;
    private @Nullable String secret;
    private @Nullable String configMap;
    private final Map<String, String> given = new HashMap<>();
    private UnaryOperator<S3StoreBuilder> customization = builder -> builder;
    private InstantSource clock = InstantSource.system();

    private Builder(KubernetesClient client, String namespace) {
      this.client = Objects.requireNonNull(client, "client");
      this.namespace = Objects.requireNonNull(namespace, "namespace");
    }

    /**
     * Sets the Secret. Default: none.
     *
     * @param secret its name
     * @return this
     * @throws IllegalArgumentException when no Secret can have the name
     */
    public Builder secret(String secret) {
      this.secret = ObjectName.require("Secret", secret);
      return this;
    }

    /**
     * Sets the ConfigMap. Default: none.
     *
     * @param configMap its name
     * @return this
     * @throws IllegalArgumentException when no ConfigMap can have the name
     */
    public Builder configMap(String configMap) {
      this.configMap = ObjectName.require("ConfigMap", configMap);
      return this;
    }

    /**
     * Sets an entry, which precedes that of the Secret and the ConfigMap: what a resource says of
     * its store, while the Secret has the credentials. Default: none.
     *
     * @param entry a name of this library, as {@code bucket}, {@code prefix}, {@code endpoint} or
     *     {@code region}
     * @param value its value, no secret; an empty one for none
     * @return this
     */
    public Builder entry(String entry, String value) {
      given.put(Objects.requireNonNull(entry, "entry"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /** With another clock, for tests. */
    Builder clock(InstantSource clock) {
      this.clock = clock;
      return this;
    }

    /**
     * Sets further settings of the store, for example the size of parts or an object lock. Default:
     * none.
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
     * Reads the Secret and the ConfigMap and watches them from then on. It is no failure when they
     * are missing or not valid: they may be created or corrected later. Blocks until they were
     * read. Sends nothing to the bucket.
     *
     * @param timeout how long that may take, more than 0; 1 hour at most counts
     * @return the store
     * @throws IllegalArgumentException when there is neither a Secret nor a ConfigMap, or the
     *     timeout is not more than 0
     * @throws IOException when the API server refuses or does not answer in time; nothing is
     *     watched then
     */
    public KubernetesStore open(Duration timeout) throws IOException {
      if (secret == null && configMap == null) {
        throw new IllegalArgumentException("give a secret, a configMap or both");
      }
      KubernetesStore store = new KubernetesStore(this, null);
      try {
        store.start(timeout);
        return store;
      } catch (IOException | RuntimeException e) {
        store.close();
        throw e;
      }
    }

    /**
     * Returns a store that watches nothing: the first call reads the Secret and the ConfigMap, and
     * so does a call that finds them older than a time, which delays it by 5 seconds at most for
     * each. That needs the verb {@code get} alone, so that an operator whose resources name Secrets
     * need not be able to list them. A call that cannot read them fails, unless they were read
     * before: then it is logged, and what was read before goes on. Asks nothing yet.
     *
     * @param readAfter the time, more than 0
     * @return the store
     * @throws IllegalArgumentException when the time is not more than 0, or the entry {@code
     *     endpoint} that was given is not valid
     */
    public KubernetesStore openUnwatched(Duration readAfter) {
      if (readAfter.isNegative() || readAfter.isZero()) {
        throw new IllegalArgumentException("readAfter must be more than 0, not " + readAfter);
      }
      new StoreSettings(Map.of(), given).check();
      return new KubernetesStore(this, readAfter);
    }

    private StoreEntries entries() {
      return new StoreEntries(client, namespace, configMap, secret, given);
    }
  }
}
