/** S3 servers for tests: an embedded one, and the Ceph RADOS Gateway. */
@NullMarked
package dev.etcdbackup.testkit.s3;

import org.jspecify.annotations.NullMarked;
