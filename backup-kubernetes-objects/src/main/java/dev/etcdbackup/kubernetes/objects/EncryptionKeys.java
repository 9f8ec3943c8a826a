package dev.etcdbackup.kubernetes.objects;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys of an EncryptionConfiguration, with which API servers encrypt values before they store
 * them.
 *
 * <p>Immutable and thread-safe. No key is in {@link #toString()} or in a message.
 */
public final class EncryptionKeys {
  /** No keys: encrypted values are named and stay encrypted. */
  public static final EncryptionKeys NONE = new EncryptionKeys(Map.of());

  private static final Set<String> LOCAL = Set.of("aescbc", "aesgcm", "secretbox");
  private static final Set<Integer> AES_LENGTHS = Set.of(16, 24, 32);
  private static final int SECRETBOX_LENGTH = 32;

  private final Map<String, List<byte[]>> keys; // by provider and name; a name can be there twice

  private EncryptionKeys(Map<String, List<byte[]>> keys) {
    this.keys = keys;
  }

  /**
   * Takes the keys from a configuration.
   *
   * @param configuration the document, as any reader of YAML returns it: maps, lists and texts
   * @return the keys of the providers aescbc, aesgcm and secretbox; those of kms are not in it
   * @throws IllegalArgumentException when it is no EncryptionConfiguration, or a key has no name,
   *     is not Base64 or of the wrong length; the message never has the key
   */
  public static EncryptionKeys of(Map<?, ?> configuration) {
    Object kind = configuration.get("kind");
    if (!"EncryptionConfiguration".equals(kind) && !"EncryptionConfig".equals(kind)) {
      throw new IllegalArgumentException("the kind is not EncryptionConfiguration");
    }
    Map<String, List<byte[]>> keys = new HashMap<>();
    for (Object resource : list(configuration, "resources")) {
      for (Object provider : list(map(resource, "resources"), "providers")) {
        Map<?, ?> named = map(provider, "providers");
        for (String name : LOCAL) {
          if (named.get(name) != null) {
            add(keys, name, list(map(named.get(name), name), "keys"));
          }
        }
      }
    }
    return new EncryptionKeys(keys);
  }

  private static void add(Map<String, List<byte[]>> keys, String provider, List<?> entries) {
    for (Object entry : entries) {
      Map<?, ?> key = map(entry, "keys");
      if (!(key.get("name") instanceof String name)
          || !(key.get("secret") instanceof String text)) {
        throw new IllegalArgumentException("a key of " + provider + " has no name or no secret");
      }
      keys.computeIfAbsent(id(provider, name), none -> new ArrayList<>())
          .add(secret(provider, name, text));
    }
  }

  private static byte[] secret(String provider, String name, String text) {
    byte[] secret;
    try {
      secret = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) { // its message has characters of the key
      throw new IllegalArgumentException("the key " + name + " of " + provider + " is not Base64");
    }
    boolean fits =
        provider.equals("secretbox")
            ? secret.length == SECRETBOX_LENGTH
            : AES_LENGTHS.contains(secret.length);
    if (!fits) {
      throw new IllegalArgumentException(
          "the key " + name + " of " + provider + " has " + secret.length + " bytes");
    }
    return secret;
  }

  private static List<?> list(Map<?, ?> from, String name) {
    if (from.get(name) instanceof List<?> list) {
      return list;
    }
    throw new IllegalArgumentException("'" + name + "' is no list");
  }

  private static Map<?, ?> map(@Nullable Object value, String where) {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw new IllegalArgumentException("'" + where + "' has an entry that is no map");
  }

  private static String id(String provider, String name) {
    return provider + ":" + name;
  }

  /**
   * Decrypts a value.
   *
   * @param etcdKey the key under which it is stored, which aesgcm authenticates with it
   * @throws UnreadableException when that is not possible, with what it needs
   */
  byte[] decrypt(Encryption how, byte[] value, byte[] etcdKey) throws UnreadableException {
    if (how.provider().equals("kms")) {
      throw new UnreadableException(
          "is encrypted by the KMS plugin " + how.keyName() + ", which alone can decrypt it");
    }
    if (!LOCAL.contains(how.provider())) {
      throw new UnreadableException("is encrypted by the unknown provider " + how.provider());
    }
    List<byte[]> candidates = keys.get(id(how.provider(), how.keyName()));
    if (candidates == null) {
      throw new UnreadableException(
          "is encrypted with the key "
              + how.keyName()
              + " of "
              + how.provider()
              + "; an EncryptionConfiguration with this key decrypts it");
    }
    for (byte[] key : candidates) {
      byte[] plain = Ciphers.decrypt(how.provider(), key, value, how.length(), etcdKey);
      if (plain != null) {
        return plain;
      }
    }
    throw new UnreadableException(
        "cannot be decrypted with the key "
            + how.keyName()
            + " of "
            + how.provider()
            + ": it is another key of this name, or the value was changed");
  }

  /** How many keys there are. */
  @Override
  public String toString() {
    return "EncryptionKeys[" + keys.values().stream().mapToInt(List::size).sum() + "]";
  }
}
