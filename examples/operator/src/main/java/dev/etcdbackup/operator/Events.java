package dev.etcdbackup.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;

/**
 * Events that do not come from the API server: they make a controller reconcile a resource when one
 * of its runs or tasks has ended.
 *
 * @param <R> the type of the resources
 */
public final class Events<R extends HasMetadata> {
  private final SimpleInboundEventSource<R> source = new SimpleInboundEventSource<>();
  private final String group;
  private final String kind;

  /**
   * Creates it.
   *
   * @param type the type of the resources; what concerns others is left out
   */
  public Events(Class<R> type) {
    this.group = HasMetadata.getGroup(type);
    this.kind = HasMetadata.getKind(type);
  }

  /**
   * Makes the controller look at a resource.
   *
   * @param owner the resource
   */
  public void propagate(Owner owner) {
    if (owner.kind().equals(group + "/" + kind)) {
      source.propagateEvent(owner.id());
    }
  }

  /** Returns the source to be given to the controller. */
  public EventSource<?, R> source() {
    return source;
  }
}
