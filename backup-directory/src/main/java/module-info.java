/** Stores backups in a directory of a file system. */
module dev.etcdbackup.directory {
  requires static transitive org.jspecify;
  requires transitive dev.etcdbackup.core;
  requires org.slf4j;

  exports dev.etcdbackup.directory;
}
