package dev.etcdbackup.etcd;

import dev.etcdbackup.internal.FailureText;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS for a connection to etcd, from PEM files as etcd and {@code etcdctl} take them ({@code
 * --cacert}, {@code --cert}, {@code --key}) or from objects in memory.
 *
 * <pre>{@code
 * EtcdTls tls = EtcdTls.trusting(Path.of("ca.crt")).withCertificate(Path.of("client.crt"), Path.of("client.key"));
 * EtcdConnection etcd = EtcdConnection.builder("https://10.0.0.1:2379").tls(tls).build();
 * }</pre>
 *
 * <p>Files are read anew for each connection, so that renewed certificates and keys apply from then
 * on. Keys may be PKCS#8 ({@code BEGIN PRIVATE KEY}), PKCS#1 ({@code BEGIN RSA PRIVATE KEY}, what
 * kubeadm and cert-manager write) or SEC 1 ({@code BEGIN EC PRIVATE KEY}, what cfssl and openssl
 * write); not encrypted. The server's name is checked against its certificate.
 *
 * <p>Immutable and thread-safe.
 */
public final class EtcdTls {
  private final String ca;
  private final @Nullable Certificates trusted;
  private final String certificate;
  private final @Nullable Presented presented;
  private final @Nullable Certificates chain; // of the client

  private EtcdTls(
      String ca,
      @Nullable Certificates trusted,
      String certificate,
      @Nullable Presented presented,
      @Nullable Certificates chain) {
    this.ca = ca;
    this.trusted = trusted;
    this.certificate = certificate;
    this.presented = presented;
    this.chain = chain;
  }

  /** Reads certificates. */
  private interface Certificates {
    X509Certificate[] read() throws IOException;
  }

  /** Reads the certificate to present, with its key. */
  private interface Presented {
    void addTo(SslContextBuilder context) throws IOException;
  }

  /**
   * Trusts servers whose certificate one of these authorities signed, and no others.
   *
   * @param ca a PEM file with one or more certificates
   * @return the settings
   */
  public static EtcdTls trusting(Path ca) {
    Objects.requireNonNull(ca, "ca");
    return new EtcdTls(ca.toString(), () -> PemFile.certificates(ca), "none", null, null);
  }

  /**
   * Trusts servers whose certificate one of these authorities signed, and no others.
   *
   * @param authorities one or more certificates
   * @return the settings
   * @throws IllegalArgumentException when there is none
   */
  public static EtcdTls trusting(List<X509Certificate> authorities) {
    X509Certificate[] copy = authorities.toArray(new X509Certificate[0]);
    if (copy.length == 0) {
      throw new IllegalArgumentException("authorities must be one or more, not none");
    }
    return new EtcdTls("in memory", copy::clone, "none", null, null);
  }

  /**
   * Trusts servers whose certificate one of these authorities signed, and no others.
   *
   * @param name what to call the text in messages, for example the Secret that it comes from
   * @param ca a text in PEM with one or more certificates, read by this call
   * @return the settings
   * @throws IllegalArgumentException when it holds no certificate; the message says the name
   */
  public static EtcdTls trustingPem(String name, byte[] ca) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(ca, "ca");
    X509Certificate[] authorities = readable(() -> PemFile.certificates(name, ca));
    return new EtcdTls(name, authorities::clone, "none", null, null);
  }

  /**
   * Trusts servers that the Java runtime trusts.
   *
   * @return the settings
   */
  public static EtcdTls trustingSystem() {
    return new EtcdTls("of the Java runtime", null, "none", null, null);
  }

  /**
   * Presents a certificate to servers that ask for one ({@code --client-cert-auth}).
   *
   * @param certificate a PEM file with the certificate, and those of intermediate authorities after
   *     it
   * @param key a PEM file with its private key; may be the same file
   * @return new settings
   */
  public EtcdTls withCertificate(Path certificate, Path key) {
    Objects.requireNonNull(certificate, "certificate");
    Objects.requireNonNull(key, "key");
    return new EtcdTls(
        ca,
        trusted,
        certificate + ", key=" + key,
        context -> context.keyManager(PemFile.privateKey(key), PemFile.certificates(certificate)),
        () -> PemFile.certificates(certificate));
  }

  /**
   * Presents a certificate to servers that ask for one ({@code --client-cert-auth}).
   *
   * @param chain the certificate, and those of intermediate authorities after it
   * @param key its private key
   * @return new settings
   * @throws IllegalArgumentException when the chain is empty
   */
  public EtcdTls withCertificate(List<X509Certificate> chain, PrivateKey key) {
    Objects.requireNonNull(key, "key");
    X509Certificate[] copy = chain.toArray(new X509Certificate[0]);
    if (copy.length == 0) {
      throw new IllegalArgumentException("chain must hold one or more certificates, not none");
    }
    return new EtcdTls(
        ca, trusted, "in memory", context -> context.keyManager(key, copy), copy::clone);
  }

  /**
   * Presents a certificate to servers that ask for one ({@code --client-cert-auth}).
   *
   * @param name what to call the texts in messages, for example the Secret that they come from
   * @param certificate a text in PEM with the certificate, and those of intermediate authorities
   *     after it; read by this call
   * @param key a text in PEM with its private key, as in a file; read by this call
   * @return new settings
   * @throws IllegalArgumentException when a text does not hold what it should; the message says the
   *     name, and nothing of the key
   */
  public EtcdTls withCertificatePem(String name, byte[] certificate, byte[] key) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(certificate, "certificate");
    Objects.requireNonNull(key, "key");
    X509Certificate[] own = readable(() -> PemFile.certificates(name, certificate));
    PrivateKey ownKey = readable(() -> PemFile.privateKey(name, key));
    return new EtcdTls(ca, trusted, name, context -> context.keyManager(ownKey, own), own::clone);
  }

  /**
   * Reads the files and checks that they hold what they should. Nothing is connected.
   *
   * @throws UncheckedIOException when a file cannot be read or does not hold what it should; the
   *     message names the file
   */
  public void check() {
    try {
      context();
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /**
   * Reads the files.
   *
   * @throws IOException as {@link #check} says
   */
  SslContext context() throws IOException {
    try {
      SslContextBuilder context = GrpcSslContexts.forClient();
      if (trusted != null) {
        context.trustManager(trusted.read());
      }
      if (presented != null) {
        presented.addTo(context);
      }
      return context.build();
    } catch (SSLException e) {
      throw new IOException("TLS cannot be set up with " + this + ": " + FailureText.of(e), e);
    }
  }

  /**
   * Says whether the client's certificate is out of date, which a server that refuses it seldom
   * says.
   *
   * @return {@code the client certificate (FILE) expired at TIME}; empty when it is valid now, or
   *     there is none or none that can be read
   */
  Optional<String> clientCertificateProblem(Instant now) {
    try {
      if (chain != null) {
        X509Certificate own = chain.read()[0];
        if (now.isAfter(own.getNotAfter().toInstant())) {
          return Optional.of(
              "the client certificate (%s) expired at %s"
                  .formatted(certificate, own.getNotAfter().toInstant()));
        }
        if (now.isBefore(own.getNotBefore().toInstant())) {
          return Optional.of(
              "the client certificate (%s) is not valid before %s"
                  .formatted(certificate, own.getNotBefore().toInstant()));
        }
      }
    } catch (IOException readWithoutAProblemBefore) {
      // The next connection reads the file again and reports the problem.
    }
    return Optional.empty();
  }

  /** Reads a text that is in memory already. */
  private interface Reading<T> {
    T read() throws IOException;
  }

  private static <T> T readable(Reading<T> text) {
    try {
      return text.read();
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** Names the files. */
  @Override
  public String toString() {
    return "EtcdTls[ca=" + ca + ", certificate=" + certificate + "]";
  }
}
