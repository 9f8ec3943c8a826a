/** Encryption of backups to OpenPGP keys, and signatures of backups. */
module dev.etcdbackup.openpgp {
  requires static transitive org.jspecify;
  requires transitive dev.etcdbackup.core;
  requires org.bouncycastle.pg;
  requires org.bouncycastle.provider;

  exports dev.etcdbackup.openpgp;
}
