/** Cron expressions as schedules. */
module dev.etcdbackup.cron {
  requires static transitive org.jspecify;
  requires transitive dev.etcdbackup.service;
  requires com.cronutils;

  exports dev.etcdbackup.cron;
}
