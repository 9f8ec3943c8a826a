package dev.etcdbackup.kubernetes.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values that Kubernetes' own transformers encrypted. */
class EncryptedValuesTest {
  /** A line of {@code encrypted.txt}. */
  record Encrypted(
      String provider,
      String keyName,
      String secret,
      String etcdKey,
      String storedText,
      String plainText) {
    byte[] key() {
      return etcdKey.getBytes(StandardCharsets.UTF_8);
    }

    byte[] stored() {
      return Base64.getDecoder().decode(storedText);
    }

    byte[] plain() {
      return Base64.getDecoder().decode(plainText);
    }

    @Override
    public String toString() {
      return provider + " " + keyName + " " + plainText.length();
    }
  }

  static List<Encrypted> all() {
    return Golden.lines("encrypted.txt").stream()
        .map(line -> line.split(" "))
        .map(words -> new Encrypted(words[0], words[1], words[2], words[3], words[4], words[5]))
        .toList();
  }

  private static EncryptionKeys keys(String provider, String name, String secret) {
    return EncryptionKeys.of(
        Map.of(
            "kind", "EncryptionConfiguration",
            "apiVersion", "apiserver.config.k8s.io/v1",
            "resources",
                List.of(
                    Map.of(
                        "resources", List.of("secrets"),
                        "providers",
                            List.of(
                                Map.of("identity", Map.of()),
                                Map.of(
                                    provider,
                                    Map.of(
                                        "keys",
                                        List.of(Map.of("name", name, "secret", secret)))))))));
  }

  @ParameterizedTest
  @MethodSource("all")
  void isDecryptedWithItsKeyAlone(Encrypted one) throws Exception {
    Encryption how = Encryption.of(one.stored());
    assertThat(how).isEqualTo(new Encryption(one.provider(), "v1", one.keyName()));
    EncryptionKeys keys = keys(one.provider(), one.keyName(), one.secret());
    assertThat(keys.decrypt(how, one.stored(), one.key())).isEqualTo(one.plain());
    byte[] other = Base64.getDecoder().decode(one.secret());
    other[0] ^= 1;
    StoredObject object =
        KubernetesObjects.DEFAULT
            .decryptingWith(
                keys(one.provider(), one.keyName(), Base64.getEncoder().encodeToString(other)))
            .decode(one.key(), one.stored());
    assertThat(object.manifest()).isEmpty();
    assertThat(object.encryption()).contains(how);
    for (int i = how.length(); i < one.stored().length; i += 7) {
      byte[] changed = one.stored().clone();
      changed[i] ^= 0x20;
      StoredObject damaged =
          KubernetesObjects.DEFAULT.decryptingWith(keys).decode(one.key(), changed);
      if (!one.provider().equals("aescbc")) { // which does not authenticate
        assertThat(damaged.form()).isEqualTo(StoredObject.Form.ENCRYPTED);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void isNamedWithoutItsKey(Encrypted one) {
    StoredObject object = KubernetesObjects.DEFAULT.decode(one.key(), one.stored());
    assertThat(object.form()).isEqualTo(StoredObject.Form.ENCRYPTED);
    assertThat(object.toString()).isEqualTo("secrets default/db");
    assertThat(object.isOf("Secret")).isTrue();
    assertThat(object.problem().orElseThrow())
        .contains(one.provider(), one.keyName(), "EncryptionConfiguration");
  }

  @Test
  void anotherKeyInEtcdIsNoticedByAesGcm() {
    Encrypted gcm =
        all().stream().filter(one -> one.provider().equals("aesgcm")).findFirst().orElseThrow();
    StoredObject moved =
        KubernetesObjects.DEFAULT
            .decryptingWith(keys("aesgcm", gcm.keyName(), gcm.secret()))
            .decode("/registry/secrets/other/db".getBytes(StandardCharsets.UTF_8), gcm.stored());
    assertThat(moved.problem().orElseThrow()).startsWith("cannot be decrypted with the key key16");
  }

  @Test
  void decryptedSecretsAreObjectsLikeOthers() {
    Encrypted one = all().get(0);
    StoredObject object =
        KubernetesObjects.DEFAULT
            .decryptingWith(keys(one.provider(), one.keyName(), one.secret()))
            .decode(one.key(), one.stored());
    assertThat(object.kind()).isEqualTo("Secret");
    assertThat(object.form()).isEqualTo(StoredObject.Form.PROTOBUF);
    assertThat(object.encryption()).isPresent();
  }

  @Test
  void kmsIsNamedAsImpossible() {
    byte[] value = "k8s:enc:kms:v2:vault:xyz".getBytes(StandardCharsets.UTF_8);
    StoredObject object = Golden.decoded("/registry/secrets/a/b", value);
    assertThat(object.encryption()).contains(new Encryption("kms", "v2", "vault"));
    assertThat(object.problem())
        .contains("is encrypted by the KMS plugin vault, which alone can decrypt it");
  }

  @Test
  void wrongConfigurationsAreRefusedWithoutTheirKeys() {
    assertThatIllegalArgumentException().isThrownBy(() -> EncryptionKeys.of(Map.of()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> keys("aescbc", "k", "not*base64"))
        .withMessage("the key k of aescbc is not Base64");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> keys("secretbox", "k", "aHVudGVyMg=="))
        .withMessage("the key k of secretbox has 7 bytes");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> EncryptionKeys.of(Map.of("kind", "EncryptionConfiguration", "resources", 3)));
    assertThat(keys("aescbc", "k", "AAECAwQFBgcICQoLDA0ODw==")).hasToString("EncryptionKeys[1]");
  }
}
