package dev.etcdbackup.etcd;

import dev.etcdbackup.changes.ChangesFile;
import dev.etcdbackup.changes.ChangesHeader;

/**
 * Where a chain of recorded changes stands: what the next object continues.
 *
 * @param to the last revision that is stored
 * @param lastRevision a hash of the events of that revision; empty when it is not known, directly
 *     after the base
 * @param predecessor the SHA-256 of the last object; empty directly after the base
 */
record ChainState(
    String baseKey,
    String baseSha256,
    long clusterId,
    long memberId,
    long authRevision,
    long to,
    String lastRevision,
    String predecessor) {
  /** Directly after a base. */
  static ChainState of(ChangeRecorder.Base base, long authRevision) {
    return new ChainState(
        base.key().toString(),
        base.digest().sha256(),
        base.info().clusterId(),
        base.info().memberId(),
        authRevision,
        Math.max(base.digest().revision().orElse(base.info().revision()), 1), // 1: an empty store
        "",
        "");
  }

  /** Behind a stored object. */
  static ChainState of(ChangesFile file) {
    ChangesHeader header = file.header();
    return new ChainState(
        header.baseKey(),
        header.baseSha256(),
        header.clusterId(),
        header.memberId(),
        header.authRevision(),
        header.to(),
        file.fingerprint(header.to(), header.to()).orElseThrow(),
        file.sha256());
  }

  /** Behind an object that was just stored. */
  ChainState after(long last, String fingerprint, String sha256) {
    return new ChainState(
        baseKey, baseSha256, clusterId, memberId, authRevision, last, fingerprint, sha256);
  }
}
