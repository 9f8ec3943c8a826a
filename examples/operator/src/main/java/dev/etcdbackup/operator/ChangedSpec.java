package dev.etcdbackup.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;
import java.util.Objects;

/**
 * Passes changes of a spec and of what concerns deletion, and leaves out those of a status. A
 * resource that was deleted and created again while nothing was watched is a change too, although
 * both may be of generation 1; the generation-aware mode of the SDK would leave it out.
 */
public final class ChangedSpec implements OnUpdateFilter<HasMetadata> {
  /** Creates it. */
  public ChangedSpec() {}

  @Override
  public boolean accept(HasMetadata now, HasMetadata before) {
    ObjectMeta meta = now.getMetadata();
    ObjectMeta old = before.getMetadata();
    return !Objects.equals(meta.getUid(), old.getUid())
        || !Objects.equals(meta.getGeneration(), old.getGeneration())
        || !Objects.equals(meta.getDeletionTimestamp(), old.getDeletionTimestamp())
        || !Objects.equals(meta.getFinalizers(), old.getFinalizers());
  }
}
