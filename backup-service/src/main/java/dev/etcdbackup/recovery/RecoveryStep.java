package dev.etcdbackup.recovery;

/** The steps of a recovery, declared in the order in which they run. */
public enum RecoveryStep {
  /** Stores and verifies a snapshot of the surviving member. */
  SAVE_SURVIVOR,
  /** Downloads the backup to be restored into a file and verifies it. */
  FETCH,
  /** Calls {@link ClusterOperations#stopOld}. */
  STOP_OLD,
  /** Calls {@link ClusterOperations#startFrom} or {@link ClusterOperations#startEmpty}. */
  START_NEW,
  /** Calls {@link ClusterOperations#awaitHealthy}. */
  AWAIT_HEALTHY,
  /** Calls {@link DataRebuilder#rediscover}, when the cluster was started empty. */
  REDISCOVER,
  /** Calls {@link ClusterOperations#discardOld}. */
  DISCARD_OLD
}
