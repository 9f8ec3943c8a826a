package dev.etcdbackup.restore;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.etcdbackup.snapshot.AuthSummary;
import dev.etcdbackup.snapshot.BucketVisitor;
import java.io.IOException;
import java.util.Map;
import java.util.TreeSet;

/** Passes on a snapshot without its users and roles, or with another password of root. */
final class AuthCopy implements BucketVisitor {
  private static final String ROOT = "root"; // user and role
  private static final Entries DROP = (array, keyOffset, keyLength, valueLength) -> {};

  private final BucketVisitor next;
  private final boolean drops;
  private final Map<String, byte[]> users;
  private boolean usersSeen;
  private OverlaidEntries open = new OverlaidEntries(DROP, Map.of());

  private AuthCopy(BucketVisitor next, boolean drops, Map<String, byte[]> users) {
    this.next = next;
    this.drops = drops;
    this.users = users;
  }

  /** Without users, roles and the flag that authentication is on. */
  static AuthCopy without(BucketVisitor next) {
    return new AuthCopy(next, true, Map.of());
  }

  /**
   * With a password of root, who gets the role root too, and is added when there is no such user.
   *
   * @param auth the users there are
   * @param passwordHash the password as bcrypt writes it
   */
  static AuthCopy withRootPassword(BucketVisitor next, AuthSummary auth, String passwordHash) {
    TreeSet<String> roles = new TreeSet<>(); // etcd looks them up in their order
    roles.add(ROOT);
    auth.users().stream()
        .filter(user -> user.name().equals(ROOT))
        .forEach(user -> roles.addAll(user.roles()));
    Message user =
        new Message().bytes(1, ROOT.getBytes(UTF_8)).bytes(2, passwordHash.getBytes(ISO_8859_1));
    roles.forEach(role -> user.bytes(3, role.getBytes(UTF_8)));
    return new AuthCopy(next, false, Map.of(ROOT, user.toBytes()));
  }

  @Override
  public Entries bucket(String name) throws IOException {
    open.finish();
    Entries out = next.bucket(name);
    if (drops) {
      return name.startsWith("auth") ? DROP : out;
    }
    if (!name.equals("authUsers")) {
      return out;
    }
    usersSeen = true;
    open = new OverlaidEntries(out, users);
    return open;
  }

  /** Passes on what is to be added after the last entry. */
  void finish() throws IOException {
    open.finish();
    if (!drops && !usersSeen) {
      new OverlaidEntries(next.bucket("authUsers"), users).finish();
    }
  }
}
