/** Backups in S3. Made for Ceph's RADOS Gateway from version 16 on; works on AWS and others too. */
@NullMarked
package dev.etcdbackup.s3;

import org.jspecify.annotations.NullMarked;
