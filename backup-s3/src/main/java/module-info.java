/** Stores backups in S3, Ceph RADOS Gateway first. */
@SuppressWarnings("module") // the name ends in a digit, as S3 does
module dev.etcdbackup.s3 {
  requires static transitive org.jspecify;
  requires transitive dev.etcdbackup.core;
  requires transitive software.amazon.awssdk.services.s3;
  requires org.slf4j;
  requires transitive software.amazon.awssdk.auth;
  requires software.amazon.awssdk.awscore;
  requires software.amazon.awssdk.core;
  requires software.amazon.awssdk.http;
  requires software.amazon.awssdk.http.apache5;
  requires software.amazon.awssdk.regions;
  // The Apache client uses it, and as an automatic module cannot say so.
  requires jdk.net;

  exports dev.etcdbackup.s3;
}
