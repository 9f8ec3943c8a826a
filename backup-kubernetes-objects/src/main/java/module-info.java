/** The objects of Kubernetes in a snapshot, decoded and decrypted without a cluster. */
module dev.etcdbackup.kubernetes.objects {
  requires static transitive org.jspecify;
  requires transitive dev.etcdbackup.snapshot;
  requires com.fasterxml.jackson.core;
  requires org.bouncycastle.provider;

  exports dev.etcdbackup.kubernetes.objects;
}
