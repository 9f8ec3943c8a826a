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
  // Their types are in a setting of the Apache client, which older versions do without.
  requires static org.apache.httpcomponents.client5.httpclient5;
  requires static org.apache.httpcomponents.core5.httpcore5;
  // The Apache client uses it, and as an automatic module cannot say so.
  requires jdk.net;

  exports dev.etcdbackup.s3;
}
