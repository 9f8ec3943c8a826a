/** What the pages for a browser have in common. Not exported. */
@NullMarked
package dev.etcdbackup.page;

import org.jspecify.annotations.NullMarked;
