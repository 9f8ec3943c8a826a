package dev.etcdbackup.kubernetes;

import dev.etcdbackup.s3.S3Clients;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.auth.credentials.WebIdentityTokenFileCredentialsProvider;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * A bucket and how to reach it, as Secrets and ConfigMaps of many origins say it. Each setting has
 * the names of its {@link StoreEntry}. Its text shows no value.
 */
final class StoreSettings {
  private static final String DEFAULT_TOKEN_FILE =
      "/var/run/secrets/eks.amazonaws.com/serviceaccount/token";

  private final Map<String, String> values;
  private final Map<String, String> given; // by the first of the names; precede
  private final @Nullable Profile profile; // of the shared files that the etcd operator takes

  /**
   * Takes the entries; checks nothing but that a shared credentials file can be read.
   *
   * @throws IllegalArgumentException when it cannot
   */
  StoreSettings(Map<String, String> values, Map<String, String> given) {
    this.values = Map.copyOf(values);
    this.given = Map.copyOf(given);
    this.profile = profile(values).orElse(null);
  }

  String bucket() {
    return value(StoreEntry.BUCKET)
        .orElseThrow(() -> new IllegalArgumentException("there is no entry bucket"));
  }

  /**
   * Checks what needs no other entry.
   *
   * @throws IllegalArgumentException when the endpoint is there and is not valid
   */
  void check() {
    endpoint().ifPresent(S3Clients::forRgw);
  }

  String prefix() {
    return value(StoreEntry.PREFIX).orElse("");
  }

  /**
   * Makes a client. Sends nothing.
   *
   * @throws IllegalArgumentException when an entry is missing or not valid; the message names the
   *     entry and shows no credentials
   */
  S3Client client() {
    Optional<AwsCredentialsProvider> credentials = credentials();
    Optional<String> region = value(StoreEntry.REGION).or(() -> ofProfile("region"));
    Optional<URI> endpoint = endpoint();
    if (endpoint.isEmpty()) {
      return ofAws(credentials, region);
    }
    S3Clients.Builder builder = S3Clients.forRgw(endpoint.get());
    credentials.ifPresent(builder::credentials);
    region.ifPresent(builder::region);
    value(StoreEntry.CA).ifPresent(pem -> builder.caPem(pem.getBytes(StandardCharsets.ISO_8859_1)));
    value(StoreEntry.PROXY).ifPresent(proxy -> builder.proxy(uri("proxy", proxy)));
    return builder.build();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof StoreSettings that
        && values.equals(that.values)
        && given.equals(that.given);
  }

  @Override
  public int hashCode() {
    return Objects.hash(values, given);
  }

  /** Names the bucket and what is before the projects. */
  @Override
  public String toString() {
    String prefix = prefix();
    return "bucket "
        + value(StoreEntry.BUCKET).orElse("none")
        + (prefix.isEmpty() ? "" : "/" + prefix);
  }

  private static S3Client ofAws(
      Optional<AwsCredentialsProvider> credentials, Optional<String> region) {
    S3ClientBuilder builder = S3Client.builder();
    credentials.ifPresent(builder::credentialsProvider);
    builder.region(
        region
            .map(Region::of)
            .orElseThrow(
                () -> new IllegalArgumentException("there is no entry endpoint, nor region")));
    return builder.build();
  }

  private Optional<URI> endpoint() {
    Optional<String> text = value(StoreEntry.ENDPOINT);
    String host = values.get("BUCKET_HOST"); // an ObjectBucketClaim, as Rook has it
    if (text.isEmpty()
        && !given.containsKey(StoreEntry.ENDPOINT.names().get(0))
        && host != null
        && !host.isBlank()) {
      String port = Objects.requireNonNullElse(values.get("BUCKET_PORT"), "80").strip();
      String scheme = port.equals("443") ? "https" : "http";
      text = Optional.of(scheme + "://" + host.strip() + ":" + port);
    }
    return text.map(one -> uri("endpoint", one));
  }

  private Optional<AwsCredentialsProvider> credentials() {
    Optional<String> key = value(StoreEntry.ACCESS_KEY).or(() -> ofProfile("aws_access_key_id"));
    Optional<String> secret =
        value(StoreEntry.SECRET_KEY).or(() -> ofProfile("aws_secret_access_key"));
    if (key.isPresent() != secret.isPresent()) {
      throw new IllegalArgumentException(
          "there is only one of the entries accessKeyId and secretAccessKey");
    }
    if (key.isEmpty() && values.containsKey("credentials") && value(StoreEntry.ROLE).isEmpty()) {
      throw new IllegalArgumentException(
          "the entry credentials has no aws_access_key_id and aws_secret_access_key in the profile"
              + " 'default'");
    }
    if (key.isPresent()) {
      Optional<String> token =
          value(StoreEntry.SESSION_TOKEN).or(() -> ofProfile("aws_session_token"));
      return Optional.of(
          StaticCredentialsProvider.create(
              token.isPresent()
                  ? AwsSessionCredentials.create(key.get(), secret.get(), token.get())
                  : AwsBasicCredentials.create(key.get(), secret.get())));
    }
    return value(StoreEntry.ROLE)
        .map(this::webIdentity); // without: the SDK's chain, which has it too
  }

  private AwsCredentialsProvider webIdentity(String role) {
    String file =
        value(StoreEntry.TOKEN_FILE)
            .or(() -> Optional.ofNullable(System.getenv("AWS_WEB_IDENTITY_TOKEN_FILE")))
            .orElse(DEFAULT_TOKEN_FILE);
    return WebIdentityTokenFileCredentialsProvider.builder()
        .roleArn(role)
        .webIdentityTokenFile(Path.of(file))
        .roleSessionName("etcd-backup")
        .build();
  }

  private Optional<String> value(StoreEntry entry) {
    @Nullable String own = given.get(entry.names().get(0));
    return (own == null ? entry.find(this::isThere).map(values::get) : Optional.of(own))
        .filter(one -> !one.isBlank())
        .map(String::strip);
  }

  private boolean isThere(String name) {
    String value = values.get(name);
    return value != null && !value.isBlank();
  }

  private Optional<String> ofProfile(String property) {
    return profile == null ? Optional.empty() : profile.property(property);
  }

  private static Optional<Profile> profile(Map<String, String> values) {
    String credentials = values.get("credentials");
    if (credentials == null) {
      return Optional.empty();
    }
    try {
      ProfileFile.Aggregator files = ProfileFile.aggregator();
      files.addFile(file(credentials, ProfileFile.Type.CREDENTIALS));
      String config = values.get("config");
      if (config != null) {
        files.addFile(file(config, ProfileFile.Type.CONFIGURATION));
      }
      return files.build().profile("default");
    } catch (IllegalArgumentException e) { // whose message would show a line of it
      throw new IllegalArgumentException(
          "the entry credentials or config is not an AWS shared file");
    }
  }

  private static ProfileFile file(String text, ProfileFile.Type type) {
    return ProfileFile.builder()
        .content(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))
        .type(type)
        .build();
  }

  private static URI uri(String entry, String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the entry " + entry + " is not a URL");
    }
  }
}
