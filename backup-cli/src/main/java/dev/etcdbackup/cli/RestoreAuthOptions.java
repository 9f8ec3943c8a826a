package dev.etcdbackup.cli;

import dev.etcdbackup.internal.Sha256;
import dev.etcdbackup.restore.DataDirRestoreBuilder;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What becomes of the users of a snapshot when it is restored. */
final class RestoreAuthOptions {
  private static final int MAX_PASSWORD = 72; // bytes; bcrypt reads no more
  private static final int COST = 10; // etcd's own
  private static final int SALT = 16;

  @Option(
      names = "--without-auth",
      description =
          "Restore without users, roles and authentication: anyone who reaches the member"
              + " may do everything. For a cluster whose passwords are lost.")
  private boolean withoutAuth;

  @Option(
      names = "--set-root-password-file",
      paramLabel = "FILE",
      description =
          "Give the user root the password in FILE, 72 bytes at most, and the role root; other"
              + " users keep theirs.")
  private @Nullable Path rootPasswordFile;

  /**
   * Adds the settings.
   *
   * @param initialCluster the members of the new cluster; empty for one alone
   * @param token the token of the new cluster
   */
  void apply(DataDirRestoreBuilder builder, String initialCluster, String token)
      throws UsageException {
    if (withoutAuth && rootPasswordFile != null) {
      throw new UsageException("--without-auth drops the user root; omit --set-root-password-file");
    }
    if (withoutAuth) {
      builder.withoutAuth();
    }
    if (rootPasswordFile != null) {
      byte[] password = password(rootPasswordFile);
      builder.rootPasswordHash(
          OpenBSDBCrypt.generate("2a", password, salt(initialCluster, token), COST));
    }
  }

  /** Whether one of them is given. */
  boolean isGiven() {
    return withoutAuth || rootPasswordFile != null;
  }

  private static byte[] password(Path file) throws UsageException {
    String password;
    try {
      password = EtcdAccess.password(file);
    } catch (UncheckedIOException e) {
      throw new UsageException("--set-root-password-file: " + e.getMessage());
    }
    byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MAX_PASSWORD) {
      throw new UsageException(
          "--set-root-password-file: the password in "
              + file
              + " has "
              + bytes.length
              + " bytes; etcd reads 72 at most, choose a shorter one");
    }
    return bytes;
  }

  /** The same for all members of a cluster, which are restored one by one. */
  private static byte[] salt(String initialCluster, String token) {
    byte[] salt = new byte[SALT];
    if (initialCluster.isEmpty()) {
      new SecureRandom().nextBytes(salt);
      return salt;
    }
    byte[] cluster = (initialCluster + "\n" + token).getBytes(StandardCharsets.UTF_8);
    return Arrays.copyOf(Sha256.digest().digest(cluster), SALT);
  }
}
