package dev.etcdbackup.s3;

/**
 * The mode of S3 Object Lock that protects a backup until its retention ends, by the names of the
 * S3 API.
 */
public enum ObjectLock {
  /** Those with the right to bypass governance may shorten the time and delete the backup. */
  GOVERNANCE,

  /** No one can shorten the time or delete the backup before it, not even with all rights. */
  COMPLIANCE
}
