package dev.etcdbackup.snapshot;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.MessageDigestSpi;
import java.security.Provider;
import java.security.Security;
import java.util.concurrent.atomic.AtomicLong;

/** Java's SHA-256, counting how many bytes go into it while this is open. */
final class CountedSha256 implements AutoCloseable {
  private static final String NAME = "CountedSha256";
  private static final AtomicLong BYTES = new AtomicLong();

  private CountedSha256() {}

  static CountedSha256 begin() {
    BYTES.set(0);
    Security.insertProviderAt(new Counting(), 1);
    return new CountedSha256();
  }

  long bytes() {
    return BYTES.get();
  }

  @Override
  public void close() {
    Security.removeProvider(NAME);
  }

  private static final class Counting extends Provider {
    private static final long serialVersionUID = 1L;

    Counting() {
      super(NAME, "1", "counts");
      put("MessageDigest.SHA-256", Digest.class.getName());
    }
  }

  /** Made by the provider. */
  public static final class Digest extends MessageDigestSpi implements Cloneable {
    private MessageDigest digest;

    /** Made by the provider. */
    public Digest() throws GeneralSecurityException {
      digest = MessageDigest.getInstance("SHA-256", "SUN");
    }

    @Override
    protected int engineGetDigestLength() {
      return digest.getDigestLength();
    }

    @Override
    protected void engineUpdate(byte input) {
      BYTES.incrementAndGet();
      digest.update(input);
    }

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) {
      BYTES.addAndGet(length);
      digest.update(input, offset, length);
    }

    @Override
    protected byte[] engineDigest() {
      return digest.digest();
    }

    @Override
    protected void engineReset() {
      digest.reset();
    }

    @Override
    public Object clone() throws CloneNotSupportedException {
      Digest copy = (Digest) super.clone();
      copy.digest = (MessageDigest) digest.clone();
      return copy;
    }
  }
}
