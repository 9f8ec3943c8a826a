/** Taking, listing, reading back and pruning backups. */
@NullMarked
package dev.etcdbackup.service;

import org.jspecify.annotations.NullMarked;
