package dev.etcdbackup.etcd;

import dev.etcdbackup.SourceException;
import dev.etcdbackup.snapshot.Lease;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Leases of a snapshot, granted in a running cluster under their ids when keys need them. */
final class LeaseGrants {
  private final LiveConnection etcd;
  private final boolean dryRun;
  private final Map<Long, Long> ttlSeconds = new HashMap<>();
  private final Set<Long> seen = new HashSet<>();
  private final Set<Long> granted = new HashSet<>();
  private long unknown;

  LeaseGrants(LiveConnection etcd, List<Lease> leases, boolean dryRun) {
    this.etcd = etcd;
    this.dryRun = dryRun;
    leases.forEach(lease -> ttlSeconds.put(lease.id(), lease.ttlSeconds()));
  }

  /** The lease for a key of the snapshot: the one it has there, or none when that is not known. */
  long idFor(long lease) {
    if (lease != 0 && !ttlSeconds.containsKey(lease)) {
      unknown++;
      return 0;
    }
    return lease;
  }

  /** Sees to it that a lease is there, with its full time if it was not. */
  void require(long lease) throws SourceException {
    if (lease == 0 || !seen.add(lease)) {
      return;
    }
    if (dryRun ? !exists(lease) : grant(lease)) {
      granted.add(lease);
    }
  }

  /** Forgets that a lease is there, since it ran out. */
  void forget(long lease) {
    seen.remove(lease);
  }

  long granted() {
    return granted.size();
  }

  long there() {
    return seen.stream().filter(lease -> !granted.contains(lease)).count();
  }

  /** How many keys have a lease that the snapshot does not hold. */
  long unknown() {
    return unknown;
  }

  private boolean grant(long lease) throws SourceException {
    try {
      etcd.call(
          LeaseGrpc.getLeaseGrantMethod(),
          LeaseGrantRequest.newBuilder()
              .setID(lease)
              .setTTL(ttlSeconds.getOrDefault(lease, 1L))
              .build());
      return true;
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.FAILED_PRECONDITION) {
        return false; // "lease already exists"
      }
      throw e;
    }
  }

  private boolean exists(long lease) throws SourceException {
    LeaseTimeToLiveRequest request = LeaseTimeToLiveRequest.newBuilder().setID(lease).build();
    return etcd.call(LeaseGrpc.getLeaseTimeToLiveMethod(), request).getTTL() >= 0;
  }
}
