package dev.etcdbackup.s3;

/** How strictly S3's object lock keeps a backup until its time; by S3's names. */
public enum ObjectLock {
  /** Those with the right to bypass governance may shorten the time and delete the backup. */
  GOVERNANCE,

  /** No one can shorten the time or delete the backup before it, whatever the rights. */
  COMPLIANCE
}
