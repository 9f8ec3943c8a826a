package dev.etcdbackup.testkit.etcd;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A certificate authority for tests, with a certificate for servers on 127.0.0.1 and localhost and
 * one for a client, as PEM files; and one for a client that has expired. Created with the JDK's
 * {@code keytool}, valid for two days, and deleted when the JVM exits.
 *
 * <p>Immutable and thread-safe.
 */
public final class EtcdCertificates {
  private static final char[] STORE_PASSWORD = "changeit".toCharArray(); // protects nothing
  private static final String CA = "ca";
  private static final String SERVER = "server";
  private static final String CLIENT = "client";
  private static final String EXPIRED = "expired";

  private static @Nullable EtcdCertificates shared;

  private final Path directory;
  private final SSLContext clientContext;

  private EtcdCertificates(Path directory, SSLContext clientContext) {
    this.directory = directory;
    this.clientContext = clientContext;
  }

  /**
   * Returns the certificates of all servers of this JVM. The first call creates them, which takes
   * about 2 seconds; concurrent calls wait for it.
   *
   * @return always the same object
   * @throws IOException when {@code keytool} does not run, or files for them cannot be written
   */
  public static synchronized EtcdCertificates shared() throws IOException {
    if (shared == null) {
      shared = create();
    }
    return shared;
  }

  /** Creates an authority and its three certificates, which takes about 2 seconds. */
  private static EtcdCertificates create() throws IOException {
    Path directory = Files.createTempDirectory("etcd-test-tls");
    directory.toFile().deleteOnExit();
    Path file = directory.resolve("test.p12");
    file.toFile().deleteOnExit();
    generate(file, CA, "-ext", "bc:c=ca:true", "-ext", "ku:c=keyCertSign", "-startdate", "-9d");
    String uses = "eku=serverAuth,clientAuth"; // etcd's gateway is a client of its own server
    generate(file, SERVER, "-signer", CA, "-ext", uses, "-ext", "san=ip:127.0.0.1,dns:localhost");
    generate(file, CLIENT, "-signer", CA, "-ext", "eku=clientAuth");
    generate(file, EXPIRED, "-signer", CA, "-ext", "eku=clientAuth", "-startdate", "-8d");
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, STORE_PASSWORD);
      for (String alias : List.of(CA, SERVER, CLIENT, EXPIRED)) {
        Key key = store.getKey(alias, STORE_PASSWORD);
        Certificate certificate = store.getCertificate(alias);
        write(directory.resolve(alias + ".key"), "PRIVATE KEY", key.getEncoded());
        write(directory.resolve(alias + ".pem"), "CERTIFICATE", certificate.getEncoded());
      }
      return new EtcdCertificates(directory, clientContext(store));
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot create the test certificates", e);
    }
  }

  /**
   * The authority's certificate.
   *
   * @return a PEM file
   */
  public Path ca() {
    return file(CA + ".pem");
  }

  /**
   * The servers' certificate.
   *
   * @return a PEM file
   */
  public Path server() {
    return file(SERVER + ".pem");
  }

  /**
   * The servers' private key.
   *
   * @return a PEM file, PKCS#8
   */
  public Path serverKey() {
    return file(SERVER + ".key");
  }

  /**
   * A client's certificate.
   *
   * @return a PEM file
   */
  public Path client() {
    return file(CLIENT + ".pem");
  }

  /**
   * The client's private key.
   *
   * @return a PEM file, PKCS#8
   */
  public Path clientKey() {
    return file(CLIENT + ".key");
  }

  /**
   * A client's certificate that expired six days ago.
   *
   * @return a PEM file
   */
  public Path expiredClient() {
    return file(EXPIRED + ".pem");
  }

  /**
   * The private key of {@link #expiredClient}.
   *
   * @return a PEM file, PKCS#8
   */
  public Path expiredClientKey() {
    return file(EXPIRED + ".key");
  }

  /**
   * Returns the TLS context of a client that trusts the authority and presents the client's
   * certificate.
   */
  SSLContext clientContext() {
    return clientContext;
  }

  private static SSLContext clientContext(KeyStore store)
      throws GeneralSecurityException, IOException {
    KeyStore client = KeyStore.getInstance("PKCS12");
    client.load(null, STORE_PASSWORD);
    client.setCertificateEntry(CA, store.getCertificate(CA));
    client.setKeyEntry(
        CLIENT,
        store.getKey(CLIENT, STORE_PASSWORD),
        STORE_PASSWORD,
        store.getCertificateChain(CLIENT));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(client, STORE_PASSWORD);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(client);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), new SecureRandom());
    return context;
  }

  private Path file(String name) {
    return directory.resolve(name);
  }

  private static void generate(Path file, String alias, String... more) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1", // it lives for a second
                "-genkeypair",
                "-alias",
                alias,
                "-dname",
                "CN=etcd-backup test " + alias,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                alias.equals(CA) ? "11" : "2",
                "-keystore",
                file.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(STORE_PASSWORD)));
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException("keytool: " + said.strip());
    }
  }

  private static void write(Path file, String kind, byte[] der) throws IOException {
    file.toFile().deleteOnExit();
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    Files.writeString(
        file, "-----BEGIN " + kind + "-----\n" + lines + "\n-----END " + kind + "-----\n");
  }
}
