/** The zstd encoding of backups. */
module dev.etcdbackup.zstd {
  requires static transitive org.jspecify;
  requires transitive dev.etcdbackup.core;
  requires com.github.luben.zstd_jni;

  exports dev.etcdbackup.zstd;
}
