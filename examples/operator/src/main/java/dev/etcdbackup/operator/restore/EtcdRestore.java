package dev.etcdbackup.operator.restore;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A restore of a cluster that runs as a StatefulSet, done once after it was approved. */
@Group("etcdbackup.dev")
@Version("v1alpha1")
@ShortNames("ebr")
@AdditionalPrinterColumn(
    name = "Phase",
    jsonPath = ".status.phase",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "Step",
    jsonPath = ".status.step",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "Backup",
    jsonPath = ".status.backup",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "Message",
    jsonPath = ".status.message",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1)
public final class EtcdRestore extends CustomResource<EtcdRestoreSpec, EtcdRestoreStatus>
    implements Namespaced {
  private static final long serialVersionUID = 1L;

  @Override
  protected EtcdRestoreSpec initSpec() {
    return EtcdRestoreSpec.EMPTY;
  }
}
