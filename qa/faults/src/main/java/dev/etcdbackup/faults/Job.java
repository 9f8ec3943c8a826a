package dev.etcdbackup.faults;

/** What is being done when a fault is injected. */
enum Job {
  CREATE_SMALL("create, small"),
  CREATE_LARGE("create, multipart"),
  LIST("list"),
  GET("get"),
  GET_LARGE("get, in ranges"),
  PRUNE("prune"),
  VERIFY("verify"),
  RESTORE("restore"),
  SCHEDULED_RUN("scheduled run"),
  CREATE_ENCODED("create, zstd and OpenPGP"),
  GET_ENCODED("get, zstd and OpenPGP"),
  VERIFY_ENCODED("verify, zstd and OpenPGP");

  private final String text;

  Job(String text) {
    this.text = text;
  }

  /** Whether it stores a backup. */
  boolean stores() {
    return this == CREATE_SMALL
        || this == CREATE_LARGE
        || this == SCHEDULED_RUN
        || this == CREATE_ENCODED;
  }

  /** Whether it reads one backup. */
  boolean reads() {
    return this == GET || this == GET_LARGE || this == RESTORE || this == GET_ENCODED || verifies();
  }

  /** Whether it verifies one backup. */
  boolean verifies() {
    return this == VERIFY || this == VERIFY_ENCODED;
  }

  /** Whether it reads a backup a second time that was not good when it was read. */
  boolean readsAgain() {
    return verifies() || this == PRUNE;
  }

  /** Whether the backup that it stores or reads is compressed and encrypted. */
  boolean encoded() {
    return this == CREATE_ENCODED || this == GET_ENCODED || this == VERIFY_ENCODED;
  }

  /** Whether it deletes backups. */
  boolean deletes() {
    return this == PRUNE || this == SCHEDULED_RUN;
  }

  @Override
  public String toString() {
    return text;
  }
}
