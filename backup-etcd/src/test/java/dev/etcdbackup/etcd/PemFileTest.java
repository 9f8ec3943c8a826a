package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PemFileTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"RSA, 1024", "EC, 256", "Ed25519, 255"})
  void pkcs8KeysOfAnyAlgorithm(String algorithm, int bits) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(bits); // by default Java 25 looks for the primes of 3072 for seconds
    PrivateKey key = generator.generateKeyPair().getPrivate();
    assertThat(read("PRIVATE KEY", key.getEncoded()).getEncoded()).isEqualTo(key.getEncoded());
  }

  @ParameterizedTest
  @ValueSource(ints = {1024, 2048})
  void rsaKeysAsKubeadmWritesThem(int bits) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits);
    PrivateKey key = generator.generateKeyPair().getPrivate();
    byte[] pkcs8 = key.getEncoded();
    byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length); // behind what RFC 5208 puts around
    assertThat(pkcs1[0]).isEqualTo((byte) 0x30);
    assertThat(read("RSA PRIVATE KEY", pkcs1)).isEqualTo(key);
  }

  @ParameterizedTest
  @CsvSource({
    "secp256r1, 06082a8648ce3d030107",
    "secp384r1, 06052b81040022",
    "secp521r1, 06052b81040023"
  })
  void ecKeysAsOpensslWritesThem(String curve, String oid) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve));
    ECPrivateKey key = (ECPrivateKey) generator.generateKeyPair().getPrivate();
    byte[] scalar = key.getS().toByteArray();
    byte[] sec1 =
        der(0x30, new byte[] {2, 1, 1}, der(0x04, scalar), der(0xa0, HexFormat.of().parseHex(oid)));
    PrivateKey read = read("EC PRIVATE KEY", sec1);
    byte[] bare = der(0x30, new byte[] {2, 1, 1}, der(0x04, scalar));
    String apart = pem("EC PARAMETERS", HexFormat.of().parseHex(oid)) + pem("EC PRIVATE KEY", bare);
    assertThat(((ECPrivateKey) PemFile.privateKey(write(apart))).getParams())
        .isEqualTo(key.getParams());
    assertThat(((ECPrivateKey) read).getS()).isEqualTo(key.getS());
    assertThat(((ECPrivateKey) read).getParams()).isEqualTo(key.getParams());
  }

  @Test
  void theKeyMayFollowOtherBlocks() throws Exception {
    PrivateKey key = KeyPairGenerator.getInstance("EC").generateKeyPair().getPrivate();
    String text =
        "some words\n"
            + pem("EC PARAMETERS", new byte[] {6, 1, 1})
            + pem("CERTIFICATE", new byte[] {1, 2, 3})
            + pem("PRIVATE KEY", key.getEncoded()).replace("\n", "\r\n");
    assertThat(PemFile.privateKey(write(text))).isEqualTo(key);
  }

  @Test
  void encryptedKeysAreToldApart() throws Exception {
    Path pkcs8 = write(pem("ENCRYPTED PRIVATE KEY", new byte[100]));
    assertThatIOException()
        .isThrownBy(() -> PemFile.privateKey(pkcs8))
        .withMessage(
            "%1$s holds an encrypted key; decrypt it: openssl pkey -in %1$s -out NEW", pkcs8);
    Path old =
        write(
            """
            -----BEGIN RSA PRIVATE KEY-----
            Proc-Type: 4,ENCRYPTED
            DEK-Info: AES-256-CBC,00

            AAAA
            -----END RSA PRIVATE KEY-----
            """);
    assertThatIOException()
        .isThrownBy(() -> PemFile.privateKey(old))
        .withMessage(
            "%1$s holds an encrypted key; decrypt it: openssl pkey -in %1$s -out NEW", old);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY"})
  void brokenKeysAreToldWithoutShowingThem(String kind) throws Exception {
    byte[] nonsense = "not a key but secret".getBytes(StandardCharsets.US_ASCII);
    Path file = write(pem(kind, nonsense));
    assertThatIOException()
        .isThrownBy(() -> PemFile.privateKey(file))
        .withMessage(
            "%1$s holds a private key that cannot be read;"
                + " try the output of: openssl pkey -in %1$s -out NEW",
            file)
        .withNoCause();
    Path truncated = write(pem(kind, new byte[] {0x30}));
    assertThatIOException().isThrownBy(() -> PemFile.privateKey(truncated));
  }

  private PrivateKey read(String kind, byte[] der) throws IOException {
    return PemFile.privateKey(write(pem(kind, der)));
  }

  private Path write(String text) throws IOException {
    return Files.writeString(Files.createTempFile(directory, "key", ".pem"), text);
  }

  private static String pem(String kind, byte[] der) {
    return "-----BEGIN "
        + kind
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + kind
        + "-----\n";
  }

  private static byte[] der(int tag, byte[]... parts) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      body.writeBytes(part);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    out.write(body.size()); // less than 128 in all keys here
    out.writeBytes(body.toByteArray());
    return out.toByteArray();
  }
}
