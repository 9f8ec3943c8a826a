package dev.etcdbackup.s3;

import dev.etcdbackup.internal.FailureText;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * A factory of {@link S3Client}s with settings that servers other than AWS accept.
 *
 * <p>{@link #forRgw} is for Ceph's RADOS Gateway, on which the SDK's defaults fail: RGW 16 answers
 * every upload with {@code 400 XAmzContentSHA256Mismatch}. It works on AWS and other servers as
 * well. The client addresses buckets by path, sends no chunked bodies, adds and checks checksums
 * only where S3 demands them, and makes at most three attempts at a request (the SDK's standard
 * mode). {@code AWS_USE_FIPS_ENDPOINT} and {@code AWS_USE_DUALSTACK_ENDPOINT} do not count; the
 * proxy of {@code HTTP_PROXY}, {@code HTTPS_PROXY} and {@code NO_PROXY} does. Connecting may take 5
 * s, silence of the server last 30 s; at most 50 connections are open at once. Certificates of
 * servers are always verified.
 */
public final class S3Clients {
  private static final int CONNECTIONS = 50;

  private S3Clients() {}

  /**
   * Returns a builder of a client for Ceph's RADOS Gateway.
   *
   * @param endpoint the address of the server: {@code http} or {@code https}, a host, and a port
   *     unless it is that of the scheme
   * @return a builder with the defaults
   * @throws IllegalArgumentException when it is another kind of address
   */
  public static Builder forRgw(URI endpoint) {
    return new Builder(endpoint);
  }

  /** Describes a client. Not thread-safe. */
  public static final class Builder {
    private final URI endpoint;
    private @Nullable String region;
    private @Nullable AwsCredentialsProvider credentials;
    private @Nullable Path caPem;

    private Builder(URI endpoint) {
      String scheme = endpoint.getScheme();
      boolean http = "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
      boolean user = endpoint.toString().contains("@"); // also where the host is none
      if (!http || endpoint.getHost() == null || user) {
        throw new IllegalArgumentException(
            "endpoint must be http://HOST[:PORT] or https://HOST[:PORT], without a user, not "
                + (user ? "one with a user" : endpoint));
      }
      this.endpoint = endpoint;
    }

    /**
     * The region that requests are signed for. Default: that of the system property {@code
     * aws.region}, of {@code AWS_REGION} or of the profile, else {@code us-east-1}, which RGW
     * accepts.
     *
     * @param region its name
     * @return this
     */
    public Builder region(String region) {
      this.region = Objects.requireNonNull(region, "region");
      return this;
    }

    /**
     * Where the credentials come from. Default: the SDK's chain, that is system properties, the
     * environment ({@code AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY}), the profile {@code
     * AWS_PROFILE} of {@code ~/.aws}, then the cloud's own.
     *
     * @param credentials a provider, closed by the caller
     * @return this
     */
    public Builder credentials(AwsCredentialsProvider credentials) {
      this.credentials = Objects.requireNonNull(credentials, "credentials");
      return this;
    }

    /**
     * Trusts the authorities in this file, and only them, for {@code https}. Default: those of the
     * Java runtime.
     *
     * @param caPem a file with one or more X.509 certificates in PEM; read by {@link #build()}
     * @return this
     */
    public Builder caPem(Path caPem) {
      this.caPem = Objects.requireNonNull(caPem, "caPem");
      return this;
    }

    /**
     * Makes the client. Sends nothing.
     *
     * @return the client, to be closed by the caller
     * @throws IllegalArgumentException when the file of authorities cannot be read or holds none
     * @throws IllegalStateException when the AWS SDK is older than 2.30
     */
    public S3Client build() {
      SdkVersion.requireSupported();
      return describe().build();
    }

    /** The client's settings, all of them. */
    S3ClientBuilder describe() {
      Apache5HttpClient.Builder http =
          Apache5HttpClient.builder()
              .connectionTimeout(Duration.ofSeconds(5))
              .socketTimeout(Duration.ofSeconds(30))
              .maxConnections(CONNECTIONS);
      if (caPem != null) {
        TrustManager[] trusted = trusting(caPem);
        http.tlsTrustManagersProvider(() -> trusted);
      }
      S3ClientBuilder client =
          S3Client.builder()
              .endpointOverride(endpoint)
              .fipsEnabled(
                  false) // AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT are for AWS
              .dualstackEnabled(false)
              .region(Region.of(region != null ? region : configuredRegion()))
              .httpClientBuilder(http)
              .forcePathStyle(true)
              .serviceConfiguration(s3 -> s3.chunkedEncodingEnabled(false))
              .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
              .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
              .overrideConfiguration(override -> override.retryStrategy(RetryMode.STANDARD));
      if (credentials != null) {
        client.credentialsProvider(credentials);
      }
      return client;
    }

    /** Without asking a cloud's metadata service, as the SDK's own chain does. */
    private static String configuredRegion() {
      return SdkSystemSetting.AWS_REGION.getStringValue().orElseGet(Builder::profileRegion);
    }

    private static String profileRegion() {
      try {
        return new AwsProfileRegionProvider().getRegion().id();
      } catch (SdkClientException noneThere) {
        return "us-east-1";
      }
    }

    private static TrustManager[] trusting(Path caPem) {
      try (InputStream pem = Files.newInputStream(caPem)) {
        Collection<? extends Certificate> authorities =
            CertificateFactory.getInstance("X.509").generateCertificates(pem);
        if (authorities.isEmpty()) {
          throw new IllegalArgumentException("caPem " + caPem + " holds no certificate");
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (Certificate authority : authorities) {
          store.setCertificateEntry("authority-" + store.size(), authority);
        }
        TrustManagerFactory factory =
            TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
      } catch (IOException e) {
        throw new IllegalArgumentException(
            "caPem " + caPem + " cannot be read: " + FailureText.withoutFile(e), e);
      } catch (GeneralSecurityException e) {
        throw new IllegalArgumentException(
            "caPem " + caPem + " is not a PEM file: " + FailureText.withoutFile(e), e);
      }
    }
  }
}
