/** S3 servers for tests: one inside this process, and Ceph's. */
@NullMarked
package dev.etcdbackup.testkit.s3;

import org.jspecify.annotations.NullMarked;
