package dev.etcdbackup.operator;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/**
 * A certificate of the group {@code system:masters}, which may do everything without being asked
 * about, with its key; it is its own authority.
 *
 * @param certificate a PEM file
 * @param key a PEM file, PKCS#8
 */
record Administrator(Path certificate, Path key) {
  private static final char[] PASSWORD = "changeit".toCharArray(); // protects nothing

  static Administrator create(Path directory) throws IOException {
    Path store = directory.resolve("administrator.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "a",
                "-dname",
                "CN=administrator, O=system:masters",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-ext",
                "eku=clientAuth",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .start();
    keytool.getOutputStream().close();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.onExit().join().exitValue() != 0) {
      throw new IOException("keytool: " + said.strip());
    }
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD);
      return new Administrator(
          pem(directory, "CERTIFICATE", keys.getCertificate("a").getEncoded()),
          pem(directory, "PRIVATE KEY", keys.getKey("a", PASSWORD).getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot create the certificate", e);
    }
  }

  private static Path pem(Path directory, String label, byte[] der) throws IOException {
    return Files.writeString(
        directory.resolve(
            "administrator-" + label.toLowerCase(java.util.Locale.ROOT).replace(' ', '-')),
        "-----BEGIN %s-----%n%s%n-----END %s-----%n"
            .formatted(label, Base64.getMimeEncoder().encodeToString(der), label));
  }
}
