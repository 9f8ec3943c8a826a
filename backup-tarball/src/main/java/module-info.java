/** The tarball encoding of backups. */
module dev.etcdbackup.tarball {
  requires static transitive org.jspecify;
  requires transitive dev.etcdbackup.core;
  requires org.apache.commons.compress;
  requires org.tukaani.xz;

  exports dev.etcdbackup.tarball;
}
