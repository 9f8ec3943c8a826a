/** The service that takes, lists, downloads, verifies and prunes backups. */
@NullMarked
package dev.etcdbackup.service;

import org.jspecify.annotations.NullMarked;
