package dev.etcdbackup.recovery;

/** The steps of a recovery, in their order. */
public enum RecoveryStep {
  /** A snapshot of the last survivor is stored and verified. */
  SAVE_SURVIVOR,
  /** What is to be restored is read into a file and proved. */
  FETCH,
  /** {@link ClusterOperations#stopOld}. */
  STOP_OLD,
  /** {@link ClusterOperations#startFrom}, or {@link ClusterOperations#startEmpty}. */
  START_NEW,
  /** {@link ClusterOperations#awaitHealthy}. */
  AWAIT_HEALTHY,
  /** {@link DataRebuilder#rediscover}, of a cluster that was rebuilt. */
  REDISCOVER,
  /** {@link ClusterOperations#discardOld}. */
  DISCARD_OLD
}
