/**
 * Backups in S3. Made for Ceph's RADOS Gateway from version 16 on, and at home on AWS and others.
 */
@NullMarked
package dev.etcdbackup.s3;

import org.jspecify.annotations.NullMarked;
