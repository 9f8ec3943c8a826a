package dev.etcdbackup.restore;

import dev.etcdbackup.snapshot.HistoryFilter;
import dev.etcdbackup.snapshot.HistorySelection;
import java.util.Objects;
import java.util.regex.Pattern;

/** A builder of a {@link DataDirRestore}. For one thread. */
public final class DataDirRestoreBuilder {
  private static final Pattern BCRYPT =
      Pattern.compile("\\$2[aby]\\$[0-3][0-9]\\$[./A-Za-z0-9]{53}");

  String name = "default";
  String initialCluster = "";
  String token = "etcd-cluster";
  String advertised = DataDirRestore.DEFAULT_PEER;
  long bump;
  boolean clearsAlarms;
  boolean skipsHashCheck;
  HistorySelection selection = HistorySelection.ALL;
  boolean dropsAuth;
  String rootPasswordHash = "";
  int leastUsedPercent = 50; // of a database that is not written anew; tests change it

  DataDirRestoreBuilder() {}

  /**
   * The name of the member; it need not be one of the old cluster. Default: {@code default}.
   *
   * @param name the name, not empty, without comma, equals sign and control characters
   * @return this
   * @throws IllegalArgumentException when it is empty or has one of these characters
   */
  public DataDirRestoreBuilder name(String name) {
    if (name.isEmpty()
        || name.chars().anyMatch(c -> c < ' ' || c == 0x7f || c == ',' || c == '=')) {
      throw new IllegalArgumentException(
          "name must be a text without comma, equals sign and control characters, not '"
              + name
              + "'");
    }
    this.name = name;
    return this;
  }

  /**
   * All members of the new cluster. Default: the member alone, at {@code http://localhost:2380}.
   *
   * @param initialCluster {@code NAME=URL,…}; a member with several addresses is named for each
   * @return this
   */
  public DataDirRestoreBuilder initialCluster(String initialCluster) {
    this.initialCluster = Objects.requireNonNull(initialCluster, "initialCluster");
    return this;
  }

  /**
   * The token that distinguishes this cluster from others, above all from the old one: cluster and
   * member ids are derived from it. Default: {@code etcd-cluster}.
   *
   * @param token the token
   * @return this
   */
  public DataDirRestoreBuilder initialClusterToken(String token) {
    this.token = Objects.requireNonNull(token, "token");
    return this;
  }

  /**
   * The addresses of this member; exactly as in the initial cluster: no names are looked up.
   * Default: {@code http://localhost:2380}.
   *
   * @param urls {@code http://HOST:PORT,…}
   * @return this
   */
  public DataDirRestoreBuilder initialAdvertisePeerUrls(String urls) {
    this.advertised = Objects.requireNonNull(urls, "urls");
    return this;
  }

  /**
   * Raises the revision, and marks all of the history as compacted, so that watchers and caches
   * that have seen a later revision than the snapshot's notice it. Keys stay as they are; earlier
   * revisions of them cannot be read. Default: the revision stays.
   *
   * @param by how far, 1 or more; 1,000,000,000 is usual
   * @return this
   * @throws IllegalArgumentException when it is less than 1
   */
  public DataDirRestoreBuilder bumpRevision(long by) {
    if (by < 1) {
      throw new IllegalArgumentException("bump-revision must be 1 or more, not " + by);
    }
    this.bump = by;
    return this;
  }

  /**
   * Omits alarms. By default they are restored, and the result warns of them.
   *
   * @return this
   */
  public DataDirRestoreBuilder clearAlarms() {
    this.clearsAlarms = true;
    return this;
  }

  /**
   * Restores a snapshot without its SHA-256, or with one that does not match: a copy of a member's
   * {@code snap/db}. Everything else is verified.
   *
   * @return this
   */
  public DataDirRestoreBuilder skipHashCheck() {
    this.skipsHashCheck = true;
    return this;
  }

  /**
   * Restores a part: some keys, an earlier revision, or no history. What is restored keeps its
   * revisions, versions, create revisions and leases, and the member starts at the last revision of
   * the selection, so that revisions do not go back further than that. Leases whose keys were all
   * left out are left out; users, roles and alarms are those of the snapshot. Takes what {@link
   * HistoryFilter} says. Default: {@link HistorySelection#ALL}.
   *
   * @param selection which part
   * @return this
   */
  public DataDirRestoreBuilder select(HistorySelection selection) {
    this.selection = Objects.requireNonNull(selection, "selection");
    return this;
  }

  /**
   * Omits users, roles and the flag that authentication is on, for a cluster whose passwords are
   * lost: anyone who reaches the new member may do everything. By default they come back.
   *
   * @return this
   */
  public DataDirRestoreBuilder withoutAuth() {
    this.dropsAuth = true;
    return this;
  }

  /**
   * Sets the password of the user {@code root}, who is given the role {@code root} and is added if
   * there is none. Whether authentication is on stays as it was in the snapshot. By default
   * passwords come back.
   *
   * @param bcrypt the hash of the password as bcrypt writes it, {@code $2a$10$…}, 60 characters
   * @return this
   * @throws IllegalArgumentException when it is no such hash; the message does not show it
   */
  public DataDirRestoreBuilder rootPasswordHash(String bcrypt) {
    if (!BCRYPT.matcher(bcrypt).matches()) {
      throw new IllegalArgumentException(
          "rootPasswordHash must be a hash by bcrypt of 60 characters that begins with $2a$");
    }
    this.rootPasswordHash = bcrypt;
    return this;
  }

  /**
   * Checks the settings against each other.
   *
   * @return the restore
   * @throws IllegalArgumentException when an address cannot be one or is there twice, the member is
   *     not in the initial cluster, its addresses there are others, or both settings of
   *     authentication are made
   */
  public DataDirRestore build() {
    return new DataDirRestore(this);
  }
}
