package dev.etcdbackup.operator;

/** Says that another resource backs up the same project to the same place. */
final class ProjectTakenException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  ProjectTakenException(String project, Owner by) {
    super(project + " is backed up there by " + by + " already");
  }
}
