/** What acts on the objects of an API server of Kubernetes, for tests that have no cluster. */
@NullMarked
package dev.etcdbackup.testkit.kubernetes;

import org.jspecify.annotations.NullMarked;
