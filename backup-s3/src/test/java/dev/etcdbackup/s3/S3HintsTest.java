package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.StoreException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** What the message of a failure says that an operator can do. */
class S3HintsTest extends OnPeculiarS3 {
  /** As an application may build it that does not know {@link S3Clients}. */
  private S3Client clientWithDefaultChecksums() {
    return S3Client.builder()
        .endpointOverride(server.endpoint())
        .region(Region.US_EAST_1)
        .forcePathStyle(true)
        .credentialsProvider(PeculiarS3.CREDENTIALS)
        .build();
  }

  @Test
  void theRegionThatTheServerNamesIsShown() {
    server.refuse(
        "GET", "list-type", 400, "AuthorizationHeaderMalformed", "region us-east-1, not garage");

    assertThatThrownBy(() -> store().list("p"))
        .hasMessageContaining("set the region (the server says: region us-east-1, not garage)");
  }

  @Test
  void aClientWithTheDefaultChecksumsIsNamedAsTheCauseAndOneOfOursIsNot() {
    server.refuse("PUT", "", 400, "XAmzContentSHA256Mismatch", "no");
    try (S3Client plain = clientWithDefaultChecksums()) {
      S3BackupStore store = S3BackupStore.builder(plain, "b").build();
      assertThatThrownBy(() -> store.put(KEY, content(SMALL)))
          .isInstanceOf(StoreException.class)
          .hasMessageEndingWith("build it with S3Clients.forRgw");
    }

    assertThatThrownBy(() -> store().put(KEY, content(SMALL)))
        .isInstanceOf(StoreException.class)
        .hasMessageEndingWith("400 XAmzContentSHA256Mismatch: no");
  }

  /** As Garage answers. */
  @ParameterizedTest
  @CsvSource({
    "Forbidden: No such key: GK1, does not know the access key",
    "Forbidden: Invalid signature, the secret key is wrong",
    "Forbidden: Operation is not allowed for this key., these credentials may not do this",
  })
  void wrongCredentialsAreToldFromMissingRights(String said, String hint) {
    server.refuse("GET", "list-type", 403, "AccessDenied", said);

    assertThatThrownBy(() -> store().list("p"))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("403 AccessDenied: ")
        .hasMessageContaining(hint);
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, 412, PreconditionFailed, a delete marker may take it",
    "PUT, 403, AccessDenied, encrypted with another customer's key",
    "PUT, 400, '', say https",
  })
  void aHintFitsWhatHappened(String method, int status, String code, String hint) {
    server.refuse(method, "", status, code, "no");

    assertThatThrownBy(() -> encrypting().put(KEY, content(SMALL)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(hint)
        .hasMessageNotContaining("S3Clients");
  }

  @Test
  void anUnknownRefusalOfTheDefaultChecksumsHasBothTheHintAndTheReason() {
    server.refuse("PUT", "", 400, "InvalidRequest", "what the server says");
    try (S3Client plain = clientWithDefaultChecksums()) {
      S3BackupStore store = S3BackupStore.builder(plain, "b").build();
      assertThatThrownBy(() -> store.put(KEY, content(SMALL)))
          .isInstanceOf(StoreException.class)
          .hasMessageEndingWith("S3Clients.forRgw (the server says: what the server says)");
    }
  }

  @Test
  void settingsOfTheEnvironmentThatAreForAwsDoNotCountWithAnEndpoint() throws Exception {
    System.setProperty("aws.useFipsEndpoint", "true");
    System.setProperty("aws.useDualstackEndpoint", "true");
    System.setProperty("aws.region", "garage");
    try (S3Client configured =
        S3Clients.forRgw(server.endpoint())
            .credentials(StaticCredentialsProvider.create(AwsBasicCredentials.create("a", "b")))
            .build()) {
      assertThat(S3BackupStore.builder(configured, "b").build().list("p")).isEmpty();
      assertThat(configured.serviceClientConfiguration().region().id()).isEqualTo("garage");
    } finally {
      System.clearProperty("aws.useFipsEndpoint");
      System.clearProperty("aws.useDualstackEndpoint");
      System.clearProperty("aws.region");
    }
  }

  @Test
  void aProxyThatTakesTheRequestsIsNamed() {
    System.setProperty("http.proxyHost", "127.0.0.1");
    System.setProperty("http.proxyPort", "1");
    try (S3Client proxied =
        S3Clients.forRgw(server.endpoint())
            .credentials(StaticCredentialsProvider.create(AwsBasicCredentials.create("a", "b")))
            .build()) {
      assertThatThrownBy(() -> S3BackupStore.builder(proxied, "b").build().list("p"))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("through a proxy (http.proxyHost)");
    } finally {
      System.clearProperty("http.proxyHost");
      System.clearProperty("http.proxyPort");
    }
  }

  @Test
  void theReasonOfTheCredentialsThatWereMeantIsShown() {
    try (S3Client mistyped =
        S3Clients.forRgw(server.endpoint())
            .credentials(
                AwsCredentialsProviderChain.of(
                    ProfileCredentialsProvider.builder()
                        .profileName("mistyped")
                        .profileFile(
                            ProfileFile.builder()
                                .type(ProfileFile.Type.CREDENTIALS)
                                .content(InputStream.nullInputStream())
                                .build())
                        .build()))
            .build()) {
      assertThatThrownBy(() -> S3BackupStore.builder(mistyped, "b").build().list("p"))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("mistyped")
          .hasMessageNotContaining("set AWS_ACCESS_KEY_ID");
    }
  }
}
