package dev.etcdbackup.snapshot;

import java.util.List;

/**
 * A summary of the authentication data of a cluster: whether it is enabled, its users and roles.
 * Holds no passwords and no hashes of them.
 *
 * @param enabled whether authentication is on
 * @param users the users, by name
 * @param roles the roles, by name
 */
public record AuthSummary(boolean enabled, List<User> users, List<Role> roles) {
  /** Copies the lists. */
  public AuthSummary {
    users = List.copyOf(users);
    roles = List.copyOf(roles);
  }

  /**
   * A user.
   *
   * @param name the name
   * @param roles the names of the user's roles
   * @param noPassword whether the user has no password and comes with a certificate
   */
  public record User(String name, List<String> roles, boolean noPassword) {
    /** Copies the list. */
    public User {
      roles = List.copyOf(roles);
    }
  }

  /**
   * A role.
   *
   * @param name the name
   * @param permissions what it permits
   */
  public record Role(String name, List<Permission> permissions) {
    /** Copies the list. */
    public Role {
      permissions = List.copyOf(permissions);
    }
  }

  /**
   * A permission.
   *
   * @param type what may be done
   * @param range with which keys
   */
  public record Permission(Type type, KeyRange range) {
    /** What may be done. */
    public enum Type {
      /** Reading. */
      READ,
      /** Writing. */
      WRITE,
      /** Reading and writing. */
      READWRITE,
      /** One that this version does not know. */
      UNKNOWN
    }
  }
}
