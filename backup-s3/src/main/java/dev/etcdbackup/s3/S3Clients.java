package dev.etcdbackup.s3;

import dev.etcdbackup.internal.FailureText;
import java.io.ByteArrayInputStream;
import java.io.IOException;
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
import software.amazon.awssdk.http.apache5.ProxyConfiguration;
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
    private byte @Nullable [] caPemBytes;
    private @Nullable URI proxy;

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
     * Trusts these authorities, and only them, for {@code https}; precedes a file. Default: those
     * of the Java runtime.
     *
     * @param caPem one or more X.509 certificates in PEM, copied
     * @return this
     */
    public Builder caPem(byte[] caPem) {
      this.caPemBytes = caPem.clone();
      return this;
    }

    /**
     * Sends all requests through a proxy. Default: that of {@code HTTP_PROXY} and {@code
     * HTTPS_PROXY}, except for the hosts of {@code NO_PROXY}.
     *
     * @param proxy {@code http://HOST:PORT}, or {@code http://USER:PASSWORD@HOST:PORT}
     * @return this
     * @throws IllegalArgumentException when it is another kind of address; the message does not
     *     show it
     */
    public Builder proxy(URI proxy) {
      boolean http = "http".equalsIgnoreCase(proxy.getScheme());
      if (!http || proxy.getHost() == null || proxy.getPort() < 0) {
        throw new IllegalArgumentException("proxy must be http://[USER:PASSWORD@]HOST:PORT");
      }
      this.proxy = proxy;
      return this;
    }

    /**
     * Makes the client. Sends nothing.
     *
     * @return the client, to be closed by the caller
     * @throws IllegalArgumentException when the authorities cannot be read or there are none
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
      if (caPemBytes != null || caPem != null) {
        TrustManager[] trusted =
            caPemBytes != null
                ? trusting("caPem", caPemBytes)
                : trusting(Objects.requireNonNull(caPem));
        http.tlsTrustManagersProvider(() -> trusted);
      } else if ("http".equalsIgnoreCase(endpoint.getScheme())) {
        PlainHttp.leaveOutTls(http);
      }
      if (proxy != null) {
        http.proxyConfiguration(through(proxy));
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

    private static ProxyConfiguration through(URI proxy) {
      ProxyConfiguration.Builder through =
          ProxyConfiguration.builder()
              .endpoint(URI.create("http://" + proxy.getRawAuthority().replaceFirst("^.*@", "")))
              .useEnvironmentVariableValues(false)
              .useSystemPropertyValues(false);
      String user = proxy.getUserInfo();
      if (user != null) {
        int colon = user.indexOf(':');
        through.username(colon < 0 ? user : user.substring(0, colon));
        through.password(colon < 0 ? "" : user.substring(colon + 1));
      }
      return through.build();
    }

    private static TrustManager[] trusting(Path caPem) {
      try {
        return trusting("caPem " + caPem, Files.readAllBytes(caPem));
      } catch (IOException e) {
        throw new IllegalArgumentException(
            "caPem " + caPem + " cannot be read: " + FailureText.withoutFile(e), e);
      }
    }

    private static TrustManager[] trusting(String name, byte[] pem) {
      try {
        Collection<? extends Certificate> authorities =
            CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem));
        if (authorities.isEmpty()) {
          throw new IllegalArgumentException(name + " holds no certificate");
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
      } catch (IOException e) { // that the new store of keys cannot be made
        throw new IllegalArgumentException(name + " cannot be used: " + FailureText.of(e), e);
      } catch (GeneralSecurityException e) {
        throw new IllegalArgumentException(
            name + " is not a PEM file: " + FailureText.withoutFile(e), e);
      }
    }
  }
}
