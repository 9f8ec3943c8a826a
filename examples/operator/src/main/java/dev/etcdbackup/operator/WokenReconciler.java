package dev.etcdbackup.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.util.List;

/**
 * A reconciler whose controller also looks at a resource when one of its runs or tasks has ended,
 * of which the API server knows nothing.
 *
 * @param <R> the type of the resources
 */
public abstract class WokenReconciler<R extends HasMetadata> implements Reconciler<R> {
  private final SimpleInboundEventSource<R> ended = new SimpleInboundEventSource<>();
  private final String apiVersion;
  private final String kind;

  /**
   * Creates it.
   *
   * @param type the type of the resources
   */
  protected WokenReconciler(Class<R> type) {
    this.apiVersion = HasMetadata.getApiVersion(type);
    this.kind = HasMetadata.getKind(type);
  }

  /**
   * Has the controller look at a resource.
   *
   * @param owner the resource; one of another type is left out
   */
  protected final void wake(Owner owner) {
    if (owner.apiVersion().equals(apiVersion) && owner.kind().equals(kind)) {
      ended.propagateEvent(owner.id());
    }
  }

  @Override
  public final List<EventSource<?, R>> prepareEventSources(EventSourceContext<R> context) {
    return List.of(ended);
  }

  @Override
  public final UpdateControl<R> reconcile(R resource, Context<R> context) {
    Owner owner = Owner.of(resource);
    if (context.isPrimaryResourceDeleted() || resource.isMarkedForDeletion()) {
      deleted(owner, resource, context);
      return UpdateControl.noUpdate(); // what was stored stays
    }
    return reconcile(owner, resource, context.getClient());
  }

  /**
   * Forgets a resource.
   *
   * @param owner the resource
   * @param resource what was last seen of it
   * @param context the context of the call
   */
  protected abstract void deleted(Owner owner, R resource, Context<R> context);

  /**
   * Has what a resource asks for done, and writes its status.
   *
   * @param owner the resource
   * @param resource the resource, which is there
   * @param client the client
   * @return when the controller is to look at it again by itself
   */
  protected abstract UpdateControl<R> reconcile(Owner owner, R resource, KubernetesClient client);
}
