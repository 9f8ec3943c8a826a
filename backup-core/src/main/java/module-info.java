/** The words of the library and the interfaces that back ends implement. */
@SuppressWarnings("module") // the modules above are built later
module dev.etcdbackup.core {
  requires static transitive org.jspecify;

  exports dev.etcdbackup;
  exports dev.etcdbackup.name;
  exports dev.etcdbackup.retention;
  exports dev.etcdbackup.internal to
      dev.etcdbackup.directory,
      dev.etcdbackup.etcd,
      dev.etcdbackup.s3,
      dev.etcdbackup.service,
      dev.etcdbackup.snapshot,
      dev.etcdbackup.tarball,
      dev.etcdbackup.testkit;
}
