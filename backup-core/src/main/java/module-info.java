/** The words of the library and the interfaces that back ends implement. */
module dev.etcdbackup.core {
  requires static transitive org.jspecify;

  exports dev.etcdbackup;
  exports dev.etcdbackup.name;
  exports dev.etcdbackup.retention;
}
