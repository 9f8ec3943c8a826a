package dev.etcdbackup.kubernetes;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.etcd.EtcdTls;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which Secrets hold what a client of an etcd cluster needs: the authorities to trust, a client
 * certificate with its key, a password. Holds their names and nothing of their content.
 *
 * <p>The Secrets are read when they are needed, for each snapshot and each connection anew, and
 * nothing of them is kept. So a Secret that was rotated applies from the next snapshot on, no
 * Secret needs to be watched, and the verb {@code get} for the Secrets that are named is enough.
 *
 * <p>Where no entry of a Secret is named, these are looked for, in this order: {@code ca.crt},
 * {@code etcd-client-ca.crt}, {@code bundle.crt}, {@code ca.pem}, {@code server-ca.crt} for the
 * authorities; {@code tls.crt}, {@code etcd-client.crt}, {@code client.crt}, {@code cert.pem},
 * {@code client.pem} for the certificate; {@code tls.key}, {@code etcd-client.key}, {@code
 * client.key}, {@code key.pem}, {@code client-key.pem} for its key; {@code password}, {@code
 * etcd-root-password} for the password. A line break at the end of a password or a user's name is
 * left out.
 *
 * <p>Immutable and thread-safe.
 */
public final class EtcdSecrets {
  private static final List<String> CA =
      List.of("ca.crt", "etcd-client-ca.crt", "bundle.crt", "ca.pem", "server-ca.crt");
  private static final List<String> CERTIFICATE =
      List.of("tls.crt", "etcd-client.crt", "client.crt", "cert.pem", "client.pem");
  private static final List<String> KEY =
      List.of("tls.key", "etcd-client.key", "client.key", "key.pem", "client-key.pem");
  private static final List<String> PASSWORD = List.of("password", "etcd-root-password");
  private static final String USER_NAME = "username";
  private static final EtcdSecrets NONE = new EtcdSecrets(null, null, null);

  private final @Nullable Entry ca;
  private final @Nullable Certificate certificate;
  private final @Nullable User user;

  /**
   * An entry of a Secret.
   *
   * @param secret the name of the Secret
   * @param key the key of the entry; null for the first of the usual ones that is there
   */
  private record Entry(String secret, @Nullable String key) {
    Entry {
      ObjectName.require("Secret", secret);
    }
  }

  /**
   * A client certificate and its key.
   *
   * @param ifPresent whether there is none when the Secret has no entry of it
   */
  private record Certificate(Entry certificate, Entry key, boolean ifPresent) {}

  /**
   * A user.
   *
   * @param name the name; null for the one in the Secret of the password
   */
  private record User(@Nullable String name, Entry password) {}

  private EtcdSecrets(@Nullable Entry ca, @Nullable Certificate certificate, @Nullable User user) {
    this.ca = ca;
    this.certificate = certificate;
    this.user = user;
  }

  /**
   * Returns an instance without Secrets, for {@code http}, or for {@code https} with the
   * authorities that the Java runtime trusts.
   *
   * @return no Secrets
   */
  public static EtcdSecrets none() {
    return NONE;
  }

  /**
   * Returns an instance with one Secret for authorities, client certificate and key, as
   * cert-manager writes it, and as the {@code clientTLSSecret} of the etcd operator is.
   *
   * @param secret the name of the Secret
   * @return the Secrets
   * @throws IllegalArgumentException when no Secret can have the name
   */
  public static EtcdSecrets tls(String secret) {
    return NONE.withAuthorities(secret, null).withCertificate(secret, null, null);
  }

  /**
   * Returns a copy with the authorities to trust.
   *
   * @param secret the name of the Secret
   * @param key the key of its entry; null for the first of the usual ones that is there
   * @return the changed Secrets
   * @throws IllegalArgumentException when no Secret can have the name
   */
  public EtcdSecrets withAuthorities(String secret, @Nullable String key) {
    return new EtcdSecrets(new Entry(secret, key), certificate, user);
  }

  /**
   * Returns a copy with the client certificate.
   *
   * @param secret the name of the Secret
   * @param certificate the key of the entry of the certificate; null for the first of the usual
   *     ones that is there
   * @param key the key of the entry of its private key; null likewise
   * @return the changed Secrets
   * @throws IllegalArgumentException when no Secret can have the name
   */
  public EtcdSecrets withCertificate(
      String secret, @Nullable String certificate, @Nullable String key) {
    return with(new Certificate(new Entry(secret, certificate), new Entry(secret, key), false));
  }

  /**
   * Returns a copy with the client certificate that a Secret may have: when it has no entry of the
   * certificate, the client shows none.
   *
   * @param secret the name of the Secret
   * @param certificate the key of the entry of the certificate; null for the first of the usual
   *     ones that is there
   * @param key the key of the entry of its private key; null likewise
   * @return the changed Secrets
   * @throws IllegalArgumentException when no Secret can have the name
   */
  public EtcdSecrets withCertificateIfPresent(
      String secret, @Nullable String certificate, @Nullable String key) {
    return with(new Certificate(new Entry(secret, certificate), new Entry(secret, key), true));
  }

  private EtcdSecrets with(Certificate own) {
    return new EtcdSecrets(ca, own, user);
  }

  /**
   * Returns a copy with a user.
   *
   * @param user the name of the user
   * @param secret the name of the Secret with the password
   * @param key the key of its entry; null for the first of the usual ones that is there
   * @return the changed Secrets
   * @throws IllegalArgumentException when the user is empty, or no Secret can have the name
   */
  public EtcdSecrets withUser(String user, String secret, @Nullable String key) {
    if (user.isEmpty()) {
      throw new IllegalArgumentException("user must not be empty");
    }
    return new EtcdSecrets(ca, certificate, new User(user, new Entry(secret, key)));
  }

  /**
   * Returns a copy with the user that a Secret names, as one of the type {@code
   * kubernetes.io/basic-auth} does: in its entries {@code username} and {@code password}.
   *
   * @param secret the name of the Secret
   * @return the changed Secrets
   * @throws IllegalArgumentException when no Secret can have the name
   */
  public EtcdSecrets withLogin(String secret) {
    return new EtcdSecrets(ca, certificate, new User(null, new Entry(secret, null)));
  }

  /**
   * Returns the names of the Secrets, for rules of access.
   *
   * @return the names, each once; empty for {@link #none()}
   */
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    if (ca != null) {
      names.add(ca.secret());
    }
    if (certificate != null) {
      names.add(certificate.certificate().secret());
      names.add(certificate.key().secret());
    }
    if (user != null) {
      names.add(user.password().secret());
    }
    return names;
  }

  boolean isTls() {
    return ca != null || certificate != null;
  }

  /** The same without certificates, for an etcd without TLS. */
  EtcdSecrets withoutTls() {
    return new EtcdSecrets(null, null, user);
  }

  /** Returns these Secrets, completed by others where these name none. */
  EtcdSecrets orElse(EtcdSecrets others) {
    return new EtcdSecrets(
        ca == null ? others.ca : ca,
        certificate == null ? others.certificate : certificate,
        user == null ? others.user : user);
  }

  /**
   * Reads the Secrets, each once, and returns a connection with what they hold now. Blocks for 5
   * seconds at most for each. Connects to no etcd.
   *
   * @param client how to reach the API server
   * @param namespace the namespace of the Secrets
   * @param endpoints the members' client URLs, as for {@link EtcdConnection#builder(List)}
   * @return the connection. It keeps what was read, so it is for use within minutes
   * @throws SourceException when a Secret is missing, cannot be read or does not hold what it
   *     should; the message names the Secret and the entry, and nothing of the content; or when the
   *     thread is interrupted, its interrupt status set
   * @throws IllegalArgumentException when the endpoints are not valid
   */
  public EtcdConnection connect(KubernetesClient client, String namespace, List<URI> endpoints)
      throws SourceException {
    EtcdConnection.Builder builder = EtcdConnection.builder(endpoints);
    Reading reading = new Reading(ApiCall.impatient(client), namespace);
    try {
      if (isTls()) {
        builder.tls(reading.tls());
      }
      if (user != null) {
        String password = reading.text(user.password(), PASSWORD);
        builder.user(reading.name(user), () -> password);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new SourceException(
          "the credentials of etcd at " + endpoints.get(0) + " cannot be read: " + e.getMessage(),
          e);
    }
    return builder.build();
  }

  /**
   * Returns a source of snapshots whose every {@link SnapshotSource#open() open()} reads the
   * Secrets anew.
   *
   * @param client how to reach the API server; not closed by the source
   * @param namespace the namespace of the Secrets
   * @param endpoints the members' client URLs, as for {@link EtcdConnection#builder(List)}
   * @param timeout how long a snapshot may take; see {@link EtcdSnapshotSource.Builder#timeout}
   * @return the source
   * @throws IllegalArgumentException when the endpoints or the timeout are not valid
   */
  public SnapshotSource source(
      KubernetesClient client, String namespace, List<URI> endpoints, Duration timeout) {
    List<URI> copy = List.copyOf(endpoints);
    EtcdSnapshotSource.builder(EtcdConnection.to(copy)).timeout(timeout); // checks them
    return new SnapshotSource() {
      @Override
      public Snapshot open() throws BackupException {
        EtcdConnection connection = connect(client, namespace, copy);
        return EtcdSnapshotSource.builder(connection).timeout(timeout).build().open();
      }

      @Override
      public String toString() {
        return "etcd at " + copy;
      }
    };
  }

  /** Names the Secrets. */
  @Override
  public String toString() {
    return "Secrets" + names();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EtcdSecrets that
        && Objects.equals(ca, that.ca)
        && Objects.equals(certificate, that.certificate)
        && Objects.equals(user, that.user);
  }

  @Override
  public int hashCode() {
    return Objects.hash(ca, certificate, user);
  }

  /** The Secrets of one connection, each read once. */
  private final class Reading {
    private final KubernetesClient client;
    private final String namespace;
    private final Map<String, Map<String, String>> read = new HashMap<>();

    Reading(KubernetesClient client, String namespace) {
      this.client = client;
      this.namespace = namespace;
    }

    EtcdTls tls() throws IOException {
      @Nullable Entry authorities = ca;
      EtcdTls tls =
          authorities == null
              ? EtcdTls.trustingSystem()
              : EtcdTls.trustingPem("Secret " + authorities.secret(), bytes(authorities, CA));
      @Nullable Certificate own = certificate;
      if (own == null || (own.ifPresent() && find(own.certificate(), CERTIFICATE).isEmpty())) {
        return tls;
      }
      return tls.withCertificatePem(
          "Secret " + own.certificate().secret(),
          bytes(own.certificate(), CERTIFICATE),
          bytes(own.key(), KEY));
    }

    String name(User user) throws IOException {
      @Nullable String name = user.name();
      return name != null ? name : text(new Entry(user.password().secret(), USER_NAME), List.of());
    }

    /** Removes the line break at the end, which files of passwords often have. */
    String text(Entry entry, List<String> usual) throws IOException {
      return new String(bytes(entry, usual), StandardCharsets.UTF_8).replaceFirst("\\R\\z", "");
    }

    byte[] bytes(Entry entry, List<String> usual) throws IOException {
      Optional<byte[]> found = find(entry, usual);
      if (found.isEmpty()) {
        throw new IOException(
            "Secret %s of namespace %s has no entry %s"
                .formatted(entry.secret(), namespace, String.join(" or ", keys(entry, usual))));
      }
      return found.get();
    }

    private Optional<byte[]> find(Entry entry, List<String> usual) throws IOException {
      Map<String, String> data = data(entry.secret());
      for (String key : keys(entry, usual)) {
        String value = data.get(key);
        if (value != null && !value.isEmpty()) {
          return Optional.of(decode(entry.secret(), key, value));
        }
      }
      return Optional.empty();
    }

    private static List<String> keys(Entry entry, List<String> usual) {
      @Nullable String key = entry.key();
      return key == null ? usual : List.of(key);
    }

    private byte[] decode(String secret, String entry, String value) throws IOException {
      try {
        return Base64.getDecoder().decode(value);
      } catch (IllegalArgumentException e) { // whose message would show a part of it
        throw new IOException("entry " + entry + " of Secret " + secret + " is not base64");
      }
    }

    private Map<String, String> data(String secret) throws IOException {
      Map<String, String> known = read.get(secret);
      if (known != null) {
        return known;
      }
      String what = "Secret " + secret + " of namespace " + namespace;
      @Nullable Secret found =
          ApiCall.of(what, () -> client.secrets().inNamespace(namespace).withName(secret).get());
      if (found == null) {
        throw new IOException("there is no " + what);
      }
      Map<String, String> data = found.getData() == null ? Map.of() : found.getData();
      read.put(secret, data);
      return data;
    }
  }
}
