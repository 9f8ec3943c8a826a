package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.ServerSideCopy;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.cli.config.StoreAddress;
import dev.etcdbackup.directory.DirectoryBackupStore;
import dev.etcdbackup.s3.AbandonedUpload;
import dev.etcdbackup.s3.ObjectLock;
import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.s3.S3StoreBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** The store, and how to connect to it. */
final class StoreOptions {
  /** The names of all of them. */
  static final Set<String> NAMES =
      Set.of(
          ("--store --create-store --s3-endpoint --s3-region --s3-ca --s3-object-lock --s3-lock-for"
                  + " --s3-customer-key-file")
              .split(" "));

  private static final int CUSTOMER_KEY_BYTES = 32;
  private static final int CUSTOMER_KEY_FILE_BYTES =
      100; // more than any file of the right kind has

  @Option(
      names = "--store",
      scope = ScopeType.INHERIT,
      paramLabel = "URL",
      description = "Where the backups are: file:///DIR or s3://BUCKET[/PREFIX].")
  @Nullable StoreAddress address;

  @Option(
      names = "--create-store",
      scope = ScopeType.INHERIT,
      description =
          "create, run, before-upgrade: create the directory of a file:/// store when it does not"
              + " exist. Without it a missing directory is a failure, since its volume may not be"
              + " mounted.")
  boolean createStore;

  @Option(
      names = "--s3-endpoint",
      converter = Converters.S3.class,
      scope = ScopeType.INHERIT,
      paramLabel = "URL",
      description =
          "The S3 server, when it is not AWS: http://HOST[:PORT] or https://HOST[:PORT]."
              + " Else AWS_ENDPOINT_URL or the profile may name it."
              + " Credentials come from the AWS default chain: AWS_ACCESS_KEY_ID and"
              + " AWS_SECRET_ACCESS_KEY, or AWS_PROFILE and ~/.aws.")
  @Nullable URI s3Endpoint;

  @Option(
      names = "--s3-region",
      scope = ScopeType.INHERIT,
      paramLabel = "REGION",
      description = "The region to sign for. On AWS the default is that of the environment.")
  @Nullable Region s3Region;

  @Option(
      names = "--s3-ca",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "PEM certificates to trust for --s3-endpoint instead of Java's own.")
  @Nullable Path s3Ca;

  @Option(
      names = "--s3-object-lock",
      scope = ScopeType.INHERIT,
      paramLabel = "MODE",
      description =
          "Lock each backup that is stored, governance or compliance, for the time of"
              + " --s3-lock-for. The bucket must have object lock. A locked backup is not deleted,"
              + " by prune either.")
  @Nullable ObjectLock s3ObjectLock;

  @Option(
      names = "--s3-lock-for",
      scope = ScopeType.INHERIT,
      paramLabel = "DURATION",
      description = "How long a backup is locked: 30d.")
  @Nullable Duration s3LockFor;

  @Option(
      names = "--s3-customer-key-file",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description =
          "Have the server encrypt and decrypt with the 32 bytes in FILE (SSE-C, https only), or"
              + " those that it holds in base64.")
  @Nullable Path s3CustomerKeyFile;

  /** An open store, and the client that is closed with it. */
  record OpenStore(BackupStore store, AutoCloseable client) implements AutoCloseable {
    /**
     * Aborts orphaned uploads of a project, or only lists them. A directory store has none: each
     * put removes the temporary files of earlier ones.
     */
    List<AbandonedUpload> sweep(String project, boolean dryRun) throws BackupException {
      if (!(store instanceof S3BackupStore s3)) {
        return List.of();
      }
      return dryRun
          ? s3.abandonedUploads(project, S3BackupStore.ABANDONED_AFTER)
          : s3.sweepUploads(project, S3BackupStore.ABANDONED_AFTER);
    }

    /**
     * Copies from another store into this one within the server of both.
     *
     * @param setting what asks for that, for the message when it cannot be done
     */
    ServerSideCopy serverSideCopyFrom(OpenStore from, String setting) throws UsageException {
      if (!(store instanceof S3BackupStore to) || !(from.store instanceof S3BackupStore source)) {
        throw new UsageException(setting + ": both stores must be buckets of one S3 server");
      }
      try {
        return to.serverSideCopyFrom(source);
      } catch (IllegalArgumentException e) {
        throw new UsageException(setting + ": " + e.getMessage());
      }
    }

    @Override
    public void close() {
      try {
        client.close();
      } catch (Exception e) {
        throw new IllegalStateException("closing a client failed", e);
      }
    }
  }

  /** The credentials of another store than {@code --store}: those of a profile. */
  private @Nullable String profile;

  /** Options for another store: what is null is as for this one. */
  StoreOptions other(
      @Nullable URI endpoint,
      @Nullable Region region,
      @Nullable Path ca,
      @Nullable String ofProfile) {
    StoreOptions other = new StoreOptions();
    other.s3Endpoint = endpoint == null ? s3Endpoint : endpoint;
    other.s3Region = region == null ? s3Region : region;
    other.s3Ca = ca == null && endpoint == null ? s3Ca : ca;
    other.s3ObjectLock = s3ObjectLock;
    other.s3LockFor = s3LockFor;
    other.s3CustomerKeyFile = s3CustomerKeyFile;
    other.profile = ofProfile;
    return other;
  }

  /** The address given; fails when there is none. */
  StoreAddress required() throws UsageException {
    return or(Optional.empty());
  }

  /** The address given, else another; fails when there is neither. */
  StoreAddress or(Optional<StoreAddress> other) throws UsageException {
    if (address != null) {
      return address;
    }
    return other.orElseThrow(
        () ->
            new UsageException(
                "no store; give --store file:///DIR or --store s3://BUCKET[/PREFIX]"));
  }

  /**
   * Opens a store to read from it, or to delete from it.
   *
   * @throws StoreException when the directory of the store does not exist
   */
  OpenStore open(StoreAddress where) throws UsageException, BackupException {
    return where instanceof StoreAddress.Directory directory
        ? openDirectory(directory.root(), false, "its volume may not be mounted")
        : openBucket((StoreAddress.Bucket) where);
  }

  /**
   * Opens the store of {@code --store} to write to it; creates its directory when {@code
   * --create-store} is given.
   *
   * @throws StoreException when the directory of the store does not exist
   */
  OpenStore openToWrite() throws UsageException, BackupException {
    return required() instanceof StoreAddress.Directory directory
        ? openDirectory(
            directory.root(), createStore, "mount its volume, or create it with --create-store")
        : openBucketToWrite((StoreAddress.Bucket) required());
  }

  /**
   * Opens the store of {@code --store} or of a configuration to write to it; creates its directory
   * when {@code --create-store} is given or the configuration says so.
   *
   * @throws StoreException when the directory of the store does not exist
   */
  OpenStore openToWrite(BackupConfig config) throws UsageException, BackupException {
    StoreAddress where = or(config.store());
    return where instanceof StoreAddress.Directory directory
        ? openDirectory(
            directory.root(),
            createStore || config.createStore(),
            "mount its volume, or create it with --create-store or createStore: true")
        : openBucketToWrite((StoreAddress.Bucket) where);
  }

  private static OpenStore openDirectory(Path root, boolean create, String hint)
      throws StoreException {
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw new StoreException("the store " + root + " is not a directory", null);
    }
    if (!create && !Files.isDirectory(root)) {
      throw new StoreException("there is no directory " + root + "; " + hint, null);
    }
    DirectoryBackupStore.Builder builder = DirectoryBackupStore.builder(root);
    return new OpenStore((create ? builder : builder.requireExisting()).build(), () -> {});
  }

  private OpenStore openBucketToWrite(StoreAddress.Bucket bucket) throws UsageException {
    if (createStore) {
      throw new UsageException("--create-store is for file:/// stores; no bucket is created");
    }
    return openBucket(bucket);
  }

  private OpenStore openBucket(StoreAddress.Bucket bucket) throws UsageException {
    if ((s3ObjectLock == null) != (s3LockFor == null)) {
      throw new UsageException("--s3-object-lock and --s3-lock-for go together");
    }
    Optional<byte[]> sseCustomerKey = sseCustomerKey();
    chooseXmlParser();
    S3Client client = s3Client();
    try {
      if (sseCustomerKey.isPresent()) {
        requireHttps(client);
      }
      S3StoreBuilder builder =
          S3BackupStore.builder(client, bucket.bucket()).prefix(bucket.prefix());
      if (s3ObjectLock != null && s3LockFor != null) {
        builder.objectLock(s3ObjectLock, s3LockFor);
      }
      sseCustomerKey.ifPresent(builder::sseCustomerKey);
      return new OpenStore(builder.build(), client);
    } catch (IllegalArgumentException e) {
      client.close();
      throw new UsageException("--store: " + e.getMessage());
    }
  }

  /**
   * Checks that the store of {@code --store} or of a configuration can be opened to write to it;
   * connects to nothing and writes nothing.
   */
  void check(BackupConfig config) throws UsageException, BackupException {
    StoreAddress where = or(config.store());
    boolean create = createStore || config.createStore();
    boolean missing =
        where instanceof StoreAddress.Directory directory && Files.notExists(directory.root());
    if (!(create && missing)) {
      openToWrite(config).close();
    }
  }

  private Optional<byte[]> sseCustomerKey() throws UsageException {
    if (s3CustomerKeyFile == null) {
      return Optional.empty();
    }
    String problem;
    try (InputStream file = Files.newInputStream(s3CustomerKeyFile)) {
      byte[] bytes = file.readNBytes(CUSTOMER_KEY_FILE_BYTES);
      byte[] key = bytes.length == CUSTOMER_KEY_BYTES ? bytes : base64(bytes);
      if (key.length == CUSTOMER_KEY_BYTES) {
        return Optional.of(key);
      }
      problem = " does not hold 32 bytes, nor 32 in base64";
    } catch (IOException e) {
      problem = " cannot be read";
    }
    throw new UsageException("--s3-customer-key-file: " + s3CustomerKeyFile + problem);
  }

  private static byte[] base64(byte[] text) {
    try {
      return Base64.getDecoder().decode(new String(text, StandardCharsets.ISO_8859_1).strip());
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  /**
   * Names the XML parser of the Java runtime, the only one in the jar, to the SDK: it would look
   * for one in files and services when it reads the first answer.
   */
  private static void chooseXmlParser() {
    String property = XMLInputFactory.class.getName();
    if (System.getProperty(property) == null) {
      System.setProperty(property, XMLInputFactory.newDefaultFactory().getClass().getName());
    }
  }

  private S3Client s3Client() throws UsageException {
    if (s3Endpoint != null) {
      return rgwClient(s3Endpoint);
    }
    Optional<URI> configured = configuredEndpoint();
    if (configured.isPresent()) {
      try {
        return rgwClient(configured.get());
      } catch (IllegalArgumentException e) {
        throw new UsageException("AWS_ENDPOINT_URL or the profile: " + e.getMessage());
      }
    }
    if (s3Ca != null) {
      throw new UsageException("--s3-ca goes with --s3-endpoint");
    }
    try {
      S3ClientBuilder builder = S3Client.builder();
      if (s3Region != null) {
        builder.region(s3Region);
      }
      if (profile != null) {
        builder.credentialsProvider(ProfileCredentialsProvider.create(profile));
      }
      return builder.build();
    } catch (SdkClientException e) {
      throw new UsageException(
          "no region; give --s3-region, or --s3-endpoint for a server that is not AWS");
    }
  }

  private static void requireHttps(S3Client client) throws UsageException {
    Optional<URI> endpoint = client.serviceClientConfiguration().endpointOverride();
    if (endpoint.isPresent() && !"https".equalsIgnoreCase(endpoint.get().getScheme())) {
      client.close();
      throw new UsageException(
          "--s3-customer-key-file: the key would be sent unencrypted; the endpoint must be"
              + " https, not "
              + endpoint.get().getScheme());
    }
  }

  /** What AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL or the profile say, as the SDK reads them. */
  private static Optional<URI> configuredEndpoint() throws UsageException {
    try (S3Client any = S3Client.builder().region(Region.US_EAST_1).build()) {
      return any.serviceClientConfiguration().endpointOverride();
    } catch (RuntimeException e) { // what the SDK throws for a URL that is none, of several types
      throw new UsageException(
          "AWS_ENDPOINT_URL or the profile: the endpoint must be http://HOST[:PORT] or"
              + " https://HOST[:PORT]");
    }
  }

  private S3Client rgwClient(URI endpoint) throws UsageException {
    S3Clients.Builder builder = S3Clients.forRgw(endpoint);
    if (s3Region != null) {
      builder.region(s3Region.id());
    }
    if (profile != null) {
      builder.credentials(ProfileCredentialsProvider.create(profile));
    }
    if (s3Ca == null) {
      return builder.build();
    }
    try {
      return builder.caPem(s3Ca).build();
    } catch (IllegalArgumentException e) {
      String problem = Files.isReadable(s3Ca) ? "holds no PEM certificates" : "cannot be read";
      throw new UsageException("--s3-ca: " + s3Ca + " " + problem);
    }
  }
}
