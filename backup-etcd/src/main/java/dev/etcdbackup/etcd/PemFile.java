package dev.etcdbackup.etcd;

import dev.etcdbackup.internal.FailureText;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and keys in PEM text, of files and of elsewhere. Java reads PKCS#8 keys alone; the
 * two older forms differ from it by a wrapping only, which is put around them here (RFC 5208, RFC
 * 8017 A.1.2, RFC 5915).
 */
final class PemFile {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
  private static final byte[] RSA = {
    0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0
  };
  private static final byte[] EC_OID = {
    0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01
  };
  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
  private static final int EC_CURVE = 0xa0; // [0] in RFC 5915

  private PemFile() {}

  /** Reads the certificates of a file, one at least; other blocks in it are skipped. */
  static X509Certificate[] certificates(Path file) throws IOException {
    return certificates(file.toString(), read(file));
  }

  /**
   * Reads the certificates of a text, one at least; other blocks in it are skipped.
   *
   * @param file what to call the text in messages
   */
  static X509Certificate[] certificates(String file, byte[] pem) throws IOException {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      Matcher block = blocks(pem);
      while (block.find()) {
        if (block.group(1).equals("CERTIFICATE")) {
          byte[] der = Base64.getMimeDecoder().decode(block.group(2));
          certificates.add(
              (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
        }
      }
    } catch (CertificateException | IllegalArgumentException e) {
      throw new IOException(file + " holds no certificate that can be read", e);
    }
    if (certificates.isEmpty()) {
      throw new IOException(file + " holds no certificate");
    }
    return certificates.toArray(new X509Certificate[0]);
  }

  /** Reads the private key of a file: the first one. What fails never shows the key. */
  static PrivateKey privateKey(Path file) throws IOException {
    return privateKey(file.toString(), read(file));
  }

  /**
   * Reads the private key of a text: the first one. What fails never shows the key.
   *
   * @param file what to call the text in messages
   */
  static PrivateKey privateKey(String file, byte[] pem) throws IOException {
    Matcher block = blocks(pem);
    String parameters = "";
    while (block.find()) {
      String kind = block.group(1);
      if (kind.equals("ENCRYPTED PRIVATE KEY") || block.group(2).contains("Proc-Type")) {
        throw new IOException(
            file + " holds an encrypted key; decrypt it: openssl pkey -in " + file + " -out NEW");
      }
      if (kind.equals("EC PARAMETERS")) {
        parameters = block.group(2);
      } else if (kind.endsWith("PRIVATE KEY")) {
        return privateKey(file, kind, block.group(2), parameters);
      }
    }
    throw new IOException(file + " holds no private key");
  }

  private static Matcher blocks(byte[] pem) {
    return BLOCK.matcher(new String(pem, StandardCharsets.ISO_8859_1));
  }

  private static PrivateKey privateKey(String file, String kind, String base64, String parameters)
      throws IOException {
    try {
      byte[] der = Base64.getMimeDecoder().decode(base64);
      return switch (kind) {
        case "RSA PRIVATE KEY" -> parse(wrap(RSA, der), "RSA");
        case "EC PRIVATE KEY" ->
            parse(wrap(ecAlgorithm(der, Base64.getMimeDecoder().decode(parameters)), der), "EC");
        default -> parse(der, "RSA", "EC", "EdDSA");
      };
    } catch (GeneralSecurityException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IOException(
          file
              + " holds a private key that cannot be read; try the output of: openssl pkey -in "
              + file
              + " -out NEW");
    }
  }

  private static PrivateKey parse(byte[] pkcs8, String... algorithms)
      throws GeneralSecurityException {
    GeneralSecurityException last = new GeneralSecurityException();
    for (String algorithm : algorithms) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (GeneralSecurityException e) {
        last = e;
      }
    }
    throw last;
  }

  private static byte[] wrap(byte[] algorithm, byte[] key) {
    return der(SEQUENCE, VERSION_0, algorithm, der(OCTET_STRING, key));
  }

  /**
   * Finds the curve in an EC key: version, octet string, then [0] with the curve's OID.
   *
   * @param parameters the curve's OID as the file has it in a block of its own; empty if there is
   *     none
   */
  private static byte[] ecAlgorithm(byte[] key, byte[] parameters) {
    int at = content(key, 0);
    at = next(key, next(key, at));
    if (at < key.length && (key[at] & 0xff) == EC_CURVE) {
      byte[] oid = Arrays.copyOfRange(key, content(key, at), next(key, at));
      return der(SEQUENCE, EC_OID, oid);
    }
    if (parameters.length == 0) {
      throw new IllegalArgumentException("no curve");
    }
    return der(SEQUENCE, EC_OID, parameters);
  }

  private static int content(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
  }

  private static int next(byte[] der, int at) {
    int length = der[at + 1] & 0xff;
    if (length >= 0x80) {
      int bytes = length & 0x7f;
      length = 0;
      for (int i = 0; i < bytes; i++) {
        length = (length << 8) | (der[at + 2 + i] & 0xff);
      }
    }
    return Math.addExact(content(der, at), length);
  }

  private static byte[] der(int tag, byte[]... parts) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      body.writeBytes(part);
    }
    ByteArrayOutputStream der = new ByteArrayOutputStream();
    der.write(tag);
    if (body.size() >= 0x80) {
      der.write(0x82); // two bytes of length do for any key
      der.write(body.size() >>> 8);
    }
    der.write(body.size());
    der.writeBytes(body.toByteArray());
    return der.toByteArray();
  }

  private static byte[] read(Path file) throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + file, e);
    } catch (IOException e) {
      throw new IOException(file + " cannot be read: " + FailureText.withoutFile(e), e);
    }
  }
}
