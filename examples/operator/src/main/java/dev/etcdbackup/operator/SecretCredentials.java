package dev.etcdbackup.operator;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;

/**
 * The credentials in a Secret, read anew after a minute, so that rotated keys apply without a
 * restart. The Secret has the files of the AWS command line tool, {@code credentials} and perhaps
 * {@code config}, of which the profile {@code default} counts, as the etcd operator has it; or the
 * keys {@code AWS_ACCESS_KEY_ID} and {@code AWS_SECRET_ACCESS_KEY}.
 */
final class SecretCredentials implements AwsCredentialsProvider {
  private static final Duration KEPT = Duration.ofMinutes(1);

  private final SecretReader secrets;
  private final String namespace;
  private final String name;
  private final InstantSource clock;
  private @Nullable AwsCredentials known; // guarded by this
  private Instant until = Instant.MIN; // guarded by this

  SecretCredentials(SecretReader secrets, String namespace, String name, InstantSource clock) {
    this.secrets = secrets;
    this.namespace = namespace;
    this.name = name;
    this.clock = clock;
  }

  @Override
  public synchronized AwsCredentials resolveCredentials() {
    AwsCredentials credentials = known;
    if (credentials == null || !clock.instant().isBefore(until)) {
      try {
        credentials = parse(secrets.read(namespace, name));
      } catch (IOException e) {
        throw SdkClientException.create(e.getMessage(), e);
      }
      known = credentials;
      until = clock.instant().plus(KEPT);
    }
    return credentials;
  }

  /** Returns the region of the profile in the Secret. */
  static Optional<String> region(SecretReader.Values secret) throws IOException {
    byte[] config = secret.find("config");
    if (config == null) {
      return Optional.empty();
    }
    return profile(secret, "config", config, ProfileFile.Type.CONFIGURATION)
        .flatMap(profile -> profile.property("region"));
  }

  private static AwsCredentials parse(SecretReader.Values secret) throws IOException {
    byte[] file = secret.find("credentials");
    if (file == null) {
      return AwsBasicCredentials.create(
          text(secret.require("AWS_ACCESS_KEY_ID")), text(secret.require("AWS_SECRET_ACCESS_KEY")));
    }
    Map<String, String> values =
        profile(secret, "credentials", file, ProfileFile.Type.CREDENTIALS)
            .map(Profile::properties)
            .orElse(Map.of());
    String id = values.get("aws_access_key_id");
    String key = values.get("aws_secret_access_key");
    String token = values.get("aws_session_token");
    if (id == null || key == null) {
      throw new IOException(
          secret
              + ": its credentials have no aws_access_key_id and aws_secret_access_key in the"
              + " profile 'default'");
    }
    return token == null
        ? AwsBasicCredentials.create(id, key)
        : AwsSessionCredentials.create(id, key, token);
  }

  private static Optional<Profile> profile(
      SecretReader.Values secret, String key, byte[] content, ProfileFile.Type type)
      throws IOException {
    try {
      return ProfileFile.builder()
          .content(new ByteArrayInputStream(content))
          .type(type)
          .build()
          .profile("default");
    } catch (RuntimeException e) { // its message may quote a line
      throw new IOException(secret + ": its " + key + " is not a file of AWS profiles");
    }
  }

  private static String text(byte[] value) {
    return new String(value, StandardCharsets.UTF_8).strip();
  }

  /** Names the Secret alone. */
  @Override
  public String toString() {
    return "credentials in Secret " + namespace + "/" + name;
  }
}
