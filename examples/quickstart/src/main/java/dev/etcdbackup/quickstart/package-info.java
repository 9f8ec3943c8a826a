/** The library's main job in one short program. */
@NullMarked
package dev.etcdbackup.quickstart;

import org.jspecify.annotations.NullMarked;
