/**
 * The objects of Kubernetes in a snapshot, as API servers stored them: decoded, decrypted where the
 * keys are given, and shown as Kubernetes' own serializer shows them.
 */
@NullMarked
package dev.etcdbackup.kubernetes.objects;

import org.jspecify.annotations.NullMarked;
