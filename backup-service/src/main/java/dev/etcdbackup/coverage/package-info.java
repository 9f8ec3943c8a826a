/**
 * Who is covered: for each project that should be backed up, whether it is, and which projects of
 * the store nobody asked for.
 */
@NullMarked
package dev.etcdbackup.coverage;

import org.jspecify.annotations.NullMarked;
