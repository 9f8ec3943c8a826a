/** Takes, lists, verifies, downloads and prunes backups; schedules them; reports coverage. */
module dev.etcdbackup.service {
  requires static transitive org.jspecify;
  requires transitive dev.etcdbackup.core;
  requires com.fasterxml.jackson.core;
  requires org.slf4j;

  exports dev.etcdbackup.audit;
  exports dev.etcdbackup.coverage;
  exports dev.etcdbackup.recovery;
  exports dev.etcdbackup.schedule;
  exports dev.etcdbackup.service;
}
