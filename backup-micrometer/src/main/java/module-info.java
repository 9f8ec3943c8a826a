/** The scheduler's work as Micrometer metrics. */
module dev.etcdbackup.micrometer {
  requires static transitive org.jspecify;
  requires transitive dev.etcdbackup.service;
  requires transitive micrometer.core;

  exports dev.etcdbackup.micrometer;
}
