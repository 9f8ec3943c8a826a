package dev.etcdbackup.kubernetes.recovery;

import dev.etcdbackup.kubernetes.StoreEntry;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How the Jobs of a restore run the command line tool: its image, the store, and the Secrets that
 * it reads. The pods meet the restricted pod security standard.
 *
 * <p>Credentials are never arguments: they come from Secrets by {@link Builder#credentialsFrom} or
 * {@link Builder#mountSecret}, or from the service account.
 *
 * <p>Immutable and thread-safe.
 */
public final class RestoreTool {
  private static final String ENDPOINT = "AWS_ENDPOINT_URL_S3";

  private final Builder settings;

  private RestoreTool(Builder settings) {
    this.settings = settings;
  }

  /** A Secret or a claim in the pods of the Jobs. */
  record Mount(boolean secret, String name, String path) {
    Mount {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(path, "path");
    }
  }

  /** An entry of a Secret. */
  record SecretEntry(String secret, String key) {}

  /**
   * Begins with the defaults.
   *
   * @param image the image of the tool, whose entry point is {@code etcd-backup}
   * @param store the value of {@code --store}: {@code s3://BUCKET[/PREFIX]}, or {@code file:///DIR}
   *     below a mounted claim
   * @return the builder
   * @throws IllegalArgumentException when one of them is blank
   */
  public static Builder builder(String image, String store) {
    return new Builder(image, store);
  }

  String image() {
    return settings.image;
  }

  List<String> storeArguments() {
    List<String> arguments = new ArrayList<>(settings.storeArguments);
    boolean hasEndpoint =
        settings.references.containsKey(ENDPOINT)
            || arguments.stream().anyMatch(one -> one.startsWith("--s3-endpoint"));
    if (settings.authorities != null && hasEndpoint) { // AWS itself has known ones
      arguments.addAll(List.of("--s3-ca", settings.authorities));
    }
    return arguments;
  }

  List<String> options() {
    return settings.options;
  }

  Map<String, String> environment() {
    return settings.environment;
  }

  /** The variables of the environment whose values are in Secrets. */
  Map<String, SecretEntry> references() {
    return settings.references;
  }

  List<String> credentials() {
    return settings.credentials;
  }

  List<Mount> mounts() {
    return settings.mounts;
  }

  Optional<String> serviceAccount() {
    return Optional.ofNullable(settings.serviceAccount);
  }

  OptionalLong user() {
    return settings.user;
  }

  @Nullable ResourceRequirements resources() {
    return settings.resources;
  }

  Duration timeout() {
    return settings.timeout;
  }

  /** Whether what is restored has the history of the backup, so that their HashKV are equal. */
  boolean restoresAll() {
    return settings.options.stream()
        .filter(option -> option.startsWith("--"))
        .map(option -> option.replaceFirst("=.*", ""))
        .allMatch(Builder.KEEP_HISTORY::contains);
  }

  /** Settings of the tool. For one thread. */
  public static final class Builder {
    /** Options of {@code restore} that leave the keys and their history as they are. */
    private static final List<String> KEEP_HISTORY =
        List.of(
            "--clear-alarms",
            "--without-auth",
            "--set-root-password-file",
            "--require-signature",
            "--decrypt-with",
            "--passphrase-file");

    /** What the AWS SDK reads, and the tool with it. */
    private static final List<Map.Entry<String, StoreEntry>> VARIABLES =
        List.of(
            Map.entry("AWS_ACCESS_KEY_ID", StoreEntry.ACCESS_KEY),
            Map.entry("AWS_SECRET_ACCESS_KEY", StoreEntry.SECRET_KEY),
            Map.entry("AWS_SESSION_TOKEN", StoreEntry.SESSION_TOKEN),
            Map.entry("AWS_ROLE_ARN", StoreEntry.ROLE),
            Map.entry("AWS_WEB_IDENTITY_TOKEN_FILE", StoreEntry.TOKEN_FILE),
            Map.entry("AWS_REGION", StoreEntry.REGION),
            Map.entry(ENDPOINT, StoreEntry.ENDPOINT),
            Map.entry("HTTP_PROXY", StoreEntry.PROXY),
            Map.entry("HTTPS_PROXY", StoreEntry.PROXY));

    /** The variables that name files. */
    private static final List<Map.Entry<String, StoreEntry>> FILES =
        List.of(
            Map.entry("AWS_SHARED_CREDENTIALS_FILE", StoreEntry.CREDENTIALS_FILE),
            Map.entry("AWS_CONFIG_FILE", StoreEntry.CONFIG_FILE));

    private static final String STORE_FILES = "/etc/etcd-backup/store";

    private final String image;
    private final List<String> storeArguments;
    private List<String> options = List.of();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final Map<String, SecretEntry> references = new LinkedHashMap<>();
    private final List<String> credentials = new ArrayList<>();
    private final List<Mount> mounts = new ArrayList<>();
    private @Nullable String authorities; // the file in the container
    private @Nullable String serviceAccount;
    private OptionalLong user = OptionalLong.empty();
    private @Nullable ResourceRequirements resources;
    private Duration timeout = Duration.ofHours(1);

    private Builder(String image, String store) {
      if (image.isBlank() || store.isBlank()) {
        throw new IllegalArgumentException("image and store must not be blank");
      }
      this.image = image;
      this.storeArguments = new ArrayList<>(List.of("--store", store));
    }

    private Builder(Builder other) {
      this.image = other.image;
      this.storeArguments = List.copyOf(other.storeArguments);
      this.options = other.options;
      this.environment.putAll(other.environment);
      this.references.putAll(other.references);
      this.credentials.addAll(other.credentials);
      this.mounts.addAll(other.mounts);
      this.authorities = other.authorities;
      this.serviceAccount = other.serviceAccount;
      this.user = other.user;
      this.resources = other.resources;
      this.timeout = other.timeout;
    }

    /**
     * Adds arguments that say how the store is reached, for example {@code --s3-endpoint URL}.
     *
     * @param arguments the arguments; no secrets
     * @return this
     */
    public Builder storeArguments(String... arguments) {
      storeArguments.addAll(List.of(arguments));
      return this;
    }

    /**
     * Sets options of the command {@code restore}, for example {@code --clear-alarms}. With options
     * that change what is restored, such as {@code --bump-revision} or {@code --prefix}, the
     * members are compared with each other only, not with the backup. Default: none.
     *
     * @param options the options; not those for the data directory and the cluster, which the
     *     restore sets
     * @return this
     */
    public Builder options(String... options) {
      this.options = List.of(options);
      return this;
    }

    /**
     * Sets a variable of the environment.
     *
     * @param name its name
     * @param value its value; no secret
     * @return this
     */
    public Builder environment(String name, String value) {
      environment.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * Makes all entries of a Secret variables of the environment, for example {@code
     * AWS_ACCESS_KEY_ID} and {@code AWS_SECRET_ACCESS_KEY}.
     *
     * @param secret the name of a Secret in the namespace of the StatefulSet
     * @return this
     */
    public Builder credentialsFrom(String secret) {
      credentials.add(Objects.requireNonNull(secret, "secret"));
      return this;
    }

    /**
     * Hands what the Secret of a store has to the tool, so that it reaches the bucket as {@link
     * dev.etcdbackup.kubernetes.KubernetesStore} does: keys, token of a session, role, endpoint,
     * region and proxy as variables of the environment, authorities and AWS shared files as files.
     * The endpoint and the region of {@link #storeArguments} precede. Bucket and prefix are in the
     * URL of the store, not taken from the Secret. {@code BUCKET_HOST} and {@code BUCKET_PORT} do
     * not count.
     *
     * <p>The pods take the values from the Secret when they start; this keeps names alone.
     *
     * @param secret the Secret as it is now, in the namespace of the StatefulSet
     * @return this
     */
    public Builder storeSecret(Secret secret) {
      String name = secret.getMetadata().getName();
      Map<String, String> data = secret.getData() == null ? Map.of() : secret.getData();
      Predicate<String> isThere = key -> !isBlank(data.get(key));
      VARIABLES.forEach(
          one ->
              one.getValue()
                  .find(isThere)
                  .ifPresent(key -> references.put(one.getKey(), new SecretEntry(name, key))));
      Optional<String> ca = StoreEntry.CA.find(isThere);
      ca.ifPresent(key -> authorities = STORE_FILES + "/" + key);
      boolean mounted = ca.isPresent();
      for (Map.Entry<String, StoreEntry> file : FILES) {
        Optional<String> key = file.getValue().find(isThere);
        key.ifPresent(one -> environment.put(file.getKey(), STORE_FILES + "/" + one));
        mounted |= key.isPresent();
      }
      return mounted ? mountSecret(name, STORE_FILES) : this;
    }

    private static boolean isBlank(@Nullable String encoded) {
      return encoded == null
          || new String(Base64.getMimeDecoder().decode(encoded), StandardCharsets.UTF_8).isBlank();
    }

    /**
     * Mounts a Secret as files, read-only.
     *
     * @param secret the name of a Secret in the namespace of the StatefulSet
     * @param path the directory
     * @return this
     */
    public Builder mountSecret(String secret, String path) {
      mounts.add(new Mount(true, secret, path));
      return this;
    }

    /**
     * Mounts the volume of a claim, read-only, for a {@code file:///} store.
     *
     * @param claim the name of a claim in the namespace of the StatefulSet, which several pods may
     *     mount
     * @param path the directory
     * @return this
     */
    public Builder mountClaim(String claim, String path) {
      mounts.add(new Mount(false, claim, path));
      return this;
    }

    /**
     * Sets the service account of the pods and mounts its token, for stores that accept one.
     * Default: the namespace's default account, without a token.
     *
     * @param serviceAccount the name of the service account
     * @return this
     */
    public Builder serviceAccount(String serviceAccount) {
      this.serviceAccount = Objects.requireNonNull(serviceAccount, "serviceAccount");
      return this;
    }

    /**
     * Sets the user, and the group, to whom the restored files belong. Default: those that the
     * security context of the StatefulSet names; when it names none, or root, 65532. Set it when
     * the image of etcd runs as a user of its own that the security context does not name.
     *
     * @param user the id, 1 or more: the pods do not run as root
     * @return this
     * @throws IllegalArgumentException when it is less than 1
     */
    public Builder user(long user) {
      if (user < 1) {
        throw new IllegalArgumentException("user must be 1 or more, not " + user);
      }
      this.user = OptionalLong.of(user);
      return this;
    }

    /**
     * Sets the resources of the container. Default: a request of 0.1 CPU and 256 MiB, and a limit
     * of 1 GiB of memory.
     *
     * @param resources the resources
     * @return this
     */
    public Builder resources(ResourceRequirements resources) {
      this.resources = Objects.requireNonNull(resources, "resources");
      return this;
    }

    /**
     * Sets how long the Job of a member may take, the time to start its pod included. Default: 1
     * hour.
     *
     * @param timeout 1 second to 365 days
     * @return this
     * @throws IllegalArgumentException when it is less or more
     */
    public Builder timeout(Duration timeout) {
      if (timeout.compareTo(Duration.ofSeconds(1)) < 0
          || timeout.compareTo(Duration.ofDays(365)) > 0) {
        throw new IllegalArgumentException("timeout must be 1 second to 365 days, not " + timeout);
      }
      this.timeout = timeout;
      return this;
    }

    /**
     * Builds the settings.
     *
     * @return the settings
     */
    public RestoreTool build() {
      return new RestoreTool(new Builder(this));
    }
  }
}
