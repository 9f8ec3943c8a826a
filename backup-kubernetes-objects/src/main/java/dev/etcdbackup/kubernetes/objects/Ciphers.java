package dev.etcdbackup.kubernetes.objects;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.engines.XSalsa20Engine;
import org.bouncycastle.crypto.macs.Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.jspecify.annotations.Nullable;

/** The providers of Kubernetes that encrypt with a key of their own. */
final class Ciphers {
  private static final int BLOCK = 16; // of AES; also of its initialization vector in CBC
  private static final int GCM_NONCE = 12;
  private static final int BOX_NONCE = 24;
  private static final int TAG = 16; // of Poly1305 and of GCM
  private static final int POLY_KEY = 32;

  private Ciphers() {}

  /**
   * Decrypts what is in a value from an offset on.
   *
   * @return the plain value; null when it was not encrypted with this key
   */
  static byte @Nullable [] decrypt(
      String provider, byte[] key, byte[] value, int from, byte[] etcdKey) {
    try {
      return switch (provider) {
        case "aescbc" -> cbc(key, value, from);
        case "aesgcm" -> gcm(key, value, from, etcdKey);
        case "secretbox" -> secretbox(key, value, from);
        default -> throw new IllegalArgumentException(provider);
      };
    } catch (GeneralSecurityException notThisKey) {
      return null;
    }
  }

  private static byte @Nullable [] cbc(byte[] key, byte[] value, int from)
      throws GeneralSecurityException {
    int length = value.length - from - BLOCK;
    if (length <= 0 || length % BLOCK != 0) {
      return null;
    }
    Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
    cipher.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(key, "AES"),
        new IvParameterSpec(value, from, BLOCK));
    return cipher.doFinal(value, from + BLOCK, length);
  }

  private static byte @Nullable [] gcm(byte[] key, byte[] value, int from, byte[] etcdKey)
      throws GeneralSecurityException {
    int length = value.length - from - GCM_NONCE;
    if (length < TAG) {
      return null;
    }
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(key, "AES"),
        new GCMParameterSpec(TAG * Byte.SIZE, value, from, GCM_NONCE));
    cipher.updateAAD(etcdKey);
    return cipher.doFinal(value, from + GCM_NONCE, length);
  }

  /** NaCl's secretbox: the nonce, the tag of Poly1305, and the text under XSalsa20. */
  private static byte @Nullable [] secretbox(byte[] key, byte[] value, int from) {
    int text = from + BOX_NONCE + TAG;
    if (text > value.length) {
      return null;
    }
    byte[] nonce = Arrays.copyOfRange(value, from, from + BOX_NONCE);
    XSalsa20Engine stream = new XSalsa20Engine();
    stream.init(false, new ParametersWithIV(new KeyParameter(key), nonce));
    byte[] polyKey = new byte[POLY_KEY]; // the first bytes of the stream
    stream.processBytes(polyKey, 0, POLY_KEY, polyKey, 0);
    Poly1305 mac = new Poly1305();
    mac.init(new KeyParameter(polyKey));
    mac.update(value, text, value.length - text);
    byte[] tag = new byte[TAG];
    mac.doFinal(tag, 0);
    if (!MessageDigest.isEqual(tag, Arrays.copyOfRange(value, from + BOX_NONCE, text))) {
      return null;
    }
    byte[] plain = new byte[value.length - text];
    stream.processBytes(value, text, plain.length, plain, 0);
    return plain;
  }
}
