/**
 * The configuration file: which clusters there are, and what is expected of their backups. Reads
 * YAML, JSON and the {@code clusters.txt} of the system this one replaces.
 */
@NullMarked
package dev.etcdbackup.cli.config;

import org.jspecify.annotations.NullMarked;
