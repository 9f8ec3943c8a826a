/** Backups encrypted to OpenPGP keys and decrypted while they stream, and signatures of backups. */
@NullMarked
package dev.etcdbackup.openpgp;

import org.jspecify.annotations.NullMarked;
