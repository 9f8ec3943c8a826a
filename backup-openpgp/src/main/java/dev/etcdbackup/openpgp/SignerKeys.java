package dev.etcdbackup.openpgp;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.openpgp.PGPSignatureException;
import org.bouncycastle.openpgp.api.OpenPGPCertificate;
import org.bouncycastle.openpgp.api.OpenPGPDetachedSignatureProcessor;
import org.bouncycastle.openpgp.api.OpenPGPSignature.OpenPGPDocumentSignature;

/**
 * The public keys whose signatures of backups are accepted. A signature counts when its key was
 * valid at the time of the signature; a key that was revoked as compromised never counts.
 *
 * <p>Immutable and thread-safe. Holds no secret.
 */
public final class SignerKeys {
  private final List<OpenPGPCertificate> certificates;

  private SignerKeys(List<OpenPGPCertificate> certificates) {
    this.certificates = List.copyOf(certificates);
  }

  /**
   * Reads public keys, as {@code gpg --export [--armor]} writes them.
   *
   * @param files one file or more; the signature of one of the keys in them is enough
   * @return the keys
   * @throws IllegalArgumentException when no file is given, or one holds anything else than OpenPGP
   *     public keys
   * @throws IOException when a file cannot be read
   */
  public static SignerKeys read(List<Path> files) throws IOException {
    if (files.isEmpty()) {
      throw new IllegalArgumentException("files must name at least one public key");
    }
    List<OpenPGPCertificate> certificates = new ArrayList<>();
    for (Path file : files) {
      certificates.addAll(KeyFile.certificates(file));
    }
    return new SignerKeys(certificates);
  }

  static SignerKeys of(OpenPGPCertificate certificate) {
    return new SignerKeys(List.of(certificate));
  }

  /**
   * Whether one of the keys signed a statement.
   *
   * @param statement the statement
   * @param signature the detached signature, armoured or not, possibly not well-formed
   */
  boolean signed(byte[] statement, byte[] signature) {
    try {
      OpenPGPDetachedSignatureProcessor processor =
          new OpenPGPDetachedSignatureProcessor(KeyFile.IMPLEMENTATION)
              .addSignatures(new ByteArrayInputStream(signature));
      certificates.forEach(processor::addVerificationCertificate);
      for (OpenPGPDocumentSignature one : processor.process(new ByteArrayInputStream(statement))) {
        if (isValid(one)) {
          return true;
        }
      }
      return false;
    } catch (IOException | RuntimeException malformed) {
      return false;
    }
  }

  private static boolean isValid(OpenPGPDocumentSignature signature) {
    try {
      return signature.isValid();
    } catch (PGPSignatureException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return certificates.stream()
        .map(one -> new KeyId(one.getKeyIdentifier().getKeyId()).toString())
        .toList()
        .toString();
  }
}
