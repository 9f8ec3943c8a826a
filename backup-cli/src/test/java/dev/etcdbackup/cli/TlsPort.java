package dev.etcdbackup.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** A port that shows a certificate, and counts who believed it and sent something. */
final class TlsPort implements AutoCloseable {
  private static final char[] PASSWORD = "changeit".toCharArray(); // protects nothing

  private final SSLServerSocket listening;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger believers = new AtomicInteger();

  /**
   * Opens it.
   *
   * @param certificates the key store of an {@link #authority}
   * @param alias which of the certificates it shows
   */
  TlsPort(Path certificates, String alias) throws IOException, GeneralSecurityException {
    KeyStore all = load(certificates);
    KeyStore one = KeyStore.getInstance("PKCS12");
    one.load(null, PASSWORD);
    one.setKeyEntry(alias, all.getKey(alias, PASSWORD), PASSWORD, all.getCertificateChain(alias));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(one, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    listening =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    SSLParameters parameters = listening.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"}); // gRPC wants its own
    listening.setSSLParameters(parameters);
    Thread thread = new Thread(this::accept, "tls-port");
    thread.setDaemon(true);
    thread.start();
  }

  String address() {
    return "https://127.0.0.1:" + listening.getLocalPort();
  }

  int connections() {
    return connections.get();
  }

  /** How many took the certificate for good and sent a first byte over it. */
  int believers() {
    return believers.get();
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try (SSLSocket socket = (SSLSocket) listening.accept()) {
        connections.incrementAndGet();
        socket.setSoTimeout(5_000);
        if (socket.getInputStream().read() >= 0) {
          believers.incrementAndGet();
        }
      } catch (IOException refusedOrClosed) {
        // the next one
      }
    }
  }

  /**
   * Makes an authority with certificates for servers on 127.0.0.1: {@code good}, {@code expired},
   * and {@code elsewhere}, which is another host's.
   *
   * @return the key store; beside it, with {@code .pem}, the authority's certificate
   */
  static Path authorityWithServers(Path directory, String name)
      throws IOException, GeneralSecurityException {
    Path store = authority(directory, name);
    String here = "san=ip:127.0.0.1,dns:localhost";
    generate(store, "good", "-signer", "ca", "-ext", here, "-validity", "2");
    generate(
        store, "expired", "-signer", "ca", "-ext", here, "-startdate", "-10d", "-validity", "5");
    generate(
        store, "elsewhere", "-signer", "ca", "-ext", "san=dns:elsewhere.example", "-validity", "2");
    return store;
  }

  /**
   * Makes an authority that no server has a certificate of.
   *
   * @return the key store; beside it, with {@code .pem}, the authority's certificate
   */
  static Path authority(Path directory, String name) throws IOException, GeneralSecurityException {
    Path store = directory.resolve(name + ".p12");
    generate(store, "ca", "-ext", "bc:c=ca:true", "-startdate", "-20d", "-validity", "40");
    byte[] der = load(store).getCertificate("ca").getEncoded();
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    Files.writeString(
        directory.resolve(name + ".pem"),
        "-----BEGIN CERTIFICATE-----\n" + lines + "\n-----END CERTIFICATE-----\n");
    return store;
  }

  private static KeyStore load(Path file) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    return store;
  }

  private static void generate(Path store, String alias, String... more) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.add("-J-XX:TieredStopAtLevel=1"); // lives for a second
    command.addAll(List.of("-genkeypair", "-alias", alias, "-dname", "CN=" + alias));
    command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-storetype", "PKCS12"));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", new String(PASSWORD)));
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      throw new UncheckedIOException(new IOException("keytool: " + said.strip()));
    }
  }
}
