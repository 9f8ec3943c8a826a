package dev.etcdbackup.kubernetes.objects;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * With what an API server encrypted a value: what the value itself says in its first bytes, {@code
 * k8s:enc:PROVIDER:VERSION:NAME:}.
 *
 * @param provider {@code aescbc}, {@code aesgcm}, {@code secretbox} or {@code kms}
 * @param version the version of the provider, {@code v1} or {@code v2}
 * @param keyName the name of the key in the EncryptionConfiguration; of the plugin for {@code kms}
 */
public record Encryption(String provider, String version, String keyName)
    implements Comparable<Encryption> {
  private static final String BEGIN = "k8s:enc:";
  private static final byte[] BEGIN_BYTES = BEGIN.getBytes(StandardCharsets.ISO_8859_1);
  private static final int MAX = 600; // bytes of the prefix

  /** What a value says; null when it is not encrypted. */
  static @Nullable Encryption of(byte[] value) {
    if (!isEncrypted(value)) {
      return null;
    }
    String head = new String(value, 0, Math.min(value.length, MAX), StandardCharsets.ISO_8859_1);
    String[] parts = head.split(":", 6);
    return parts.length < 6 ? null : new Encryption(parts[2], parts[3], parts[4]);
  }

  static boolean isEncrypted(byte[] value) {
    int length = BEGIN_BYTES.length;
    return value.length >= length && Arrays.equals(value, 0, length, BEGIN_BYTES, 0, length);
  }

  /** How many bytes of the value this takes. */
  int length() {
    return BEGIN.length() + provider.length() + version.length() + keyName.length() + 3;
  }

  /** By the provider, then its version, then the name of the key. */
  @Override
  public int compareTo(Encryption other) {
    return toString().compareTo(other.toString());
  }

  /** {@code PROVIDER:VERSION:NAME}. */
  @Override
  public String toString() {
    return provider + ":" + version + ":" + keyName;
  }
}
