package dev.etcdbackup.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;

/**
 * Makes a controller reconcile a resource when one of its runs or tasks has ended, of which the API
 * server knows nothing.
 *
 * @param <R> the type of the resources
 */
public final class Wakeups<R extends HasMetadata> {
  private final SimpleInboundEventSource<R> source = new SimpleInboundEventSource<>();
  private final String apiVersion;
  private final String kind;

  /**
   * Creates it.
   *
   * @param type the type of the resources; what concerns others is left out
   */
  public Wakeups(Class<R> type) {
    this.apiVersion = HasMetadata.getApiVersion(type);
    this.kind = HasMetadata.getKind(type);
  }

  /**
   * Makes the controller look at a resource.
   *
   * @param owner the resource
   */
  public void propagate(Owner owner) {
    if (owner.apiVersion().equals(apiVersion) && owner.kind().equals(kind)) {
      source.propagateEvent(owner.id());
    }
  }

  /** Returns the source to be given to the controller. */
  public EventSource<?, R> source() {
    return source;
  }
}
