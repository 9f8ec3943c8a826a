package dev.etcdbackup.etcd;

import io.etcd.jetcd.ClientBuilder;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS from PEM files, as etcd and {@code etcdctl} take them: {@code --cacert}, {@code --cert},
 * {@code --key}.
 *
 * <pre>{@code
 * EtcdTls tls = EtcdTls.trusting(Path.of("ca.crt")).withCertificate(Path.of("client.crt"), Path.of("client.key"));
 * EtcdSnapshotSource.builder("https://10.0.0.1:2379").client(() -> tls.applyTo(Client.builder())).build();
 * }</pre>
 *
 * <p>Keys may be PKCS#8 ({@code BEGIN PRIVATE KEY}), PKCS#1 ({@code BEGIN RSA PRIVATE KEY}, what
 * kubeadm and cert-manager write) or SEC 1 ({@code BEGIN EC PRIVATE KEY}, what cfssl and openssl
 * write); not encrypted. The server's name is checked against its certificate.
 *
 * <p>Immutable and thread-safe. Holds paths, no keys.
 */
public final class EtcdTls {
  private final @Nullable Path ca;
  private final @Nullable Path certificate;
  private final @Nullable Path key;

  private EtcdTls(@Nullable Path ca, @Nullable Path certificate, @Nullable Path key) {
    this.ca = ca;
    this.certificate = certificate;
    this.key = key;
  }

  /**
   * Trusts servers whose certificate one of these authorities signed, and no others.
   *
   * @param ca a PEM file with one or more certificates
   * @return the settings
   */
  public static EtcdTls trusting(Path ca) {
    return new EtcdTls(Objects.requireNonNull(ca, "ca"), null, null);
  }

  /**
   * Trusts servers that the Java runtime trusts.
   *
   * @return the settings
   */
  public static EtcdTls trustingSystem() {
    return new EtcdTls(null, null, null);
  }

  /**
   * Shows a certificate to servers that ask for one ({@code --client-cert-auth}).
   *
   * @param certificate a PEM file with the certificate, and those of intermediate authorities
   *     behind it
   * @param key a PEM file with its private key
   * @return new settings
   */
  public EtcdTls withCertificate(Path certificate, Path key) {
    return new EtcdTls(
        ca, Objects.requireNonNull(certificate, "certificate"), Objects.requireNonNull(key, "key"));
  }

  /**
   * Sets this up in a client. Reads the files, so that renewed ones count from then on.
   *
   * @param client the client to be
   * @return the same
   * @throws UncheckedIOException when a file cannot be read or does not hold what it should, naming
   *     the file
   */
  public ClientBuilder applyTo(ClientBuilder client) {
    try {
      SslContextBuilder context = GrpcSslContexts.forClient();
      if (ca != null) {
        context.trustManager(PemFile.certificates(ca));
      }
      if (certificate != null && key != null) {
        context.keyManager(PemFile.privateKey(key), PemFile.certificates(certificate));
      }
      return client.sslContext(context.build());
    } catch (SSLException e) {
      throw new UncheckedIOException(
          new IOException("TLS cannot be set up with " + this + ": " + e.getMessage(), e));
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** Names the files. */
  @Override
  public String toString() {
    return "EtcdTls[ca=" + ca + ", certificate=" + certificate + ", key=" + key + "]";
  }
}
