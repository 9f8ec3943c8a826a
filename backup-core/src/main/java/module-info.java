/** The basic types of the library and the interfaces that back ends implement. */
@SuppressWarnings("module") // the modules above are compiled later
module dev.etcdbackup.core {
  requires static transitive org.jspecify;

  exports dev.etcdbackup;
  exports dev.etcdbackup.internal to
      dev.etcdbackup.directory,
      dev.etcdbackup.s3,
      dev.etcdbackup.service,
      dev.etcdbackup.snapshot,
      dev.etcdbackup.tarball,
      dev.etcdbackup.zstd,
      dev.etcdbackup.openpgp,
      dev.etcdbackup.etcd,
      dev.etcdbackup.kubernetes,
      dev.etcdbackup.cli;
  exports dev.etcdbackup.catalogue;
  exports dev.etcdbackup.name;
  exports dev.etcdbackup.retention;
}
