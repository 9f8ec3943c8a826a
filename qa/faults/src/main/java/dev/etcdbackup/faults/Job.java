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
  SCHEDULED_RUN("scheduled run");

  private final String text;

  Job(String text) {
    this.text = text;
  }

  /** Whether it stores a backup. */
  boolean stores() {
    return this == CREATE_SMALL || this == CREATE_LARGE || this == SCHEDULED_RUN;
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
