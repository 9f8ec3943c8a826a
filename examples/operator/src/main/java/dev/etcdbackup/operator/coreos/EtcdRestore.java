package dev.etcdbackup.operator.coreos;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;

/** A restore of a cluster from a backup, done once. */
@Group("etcd.database.coreos.com")
@Version("v1beta2")
@AdditionalPrinterColumn(
    name = "Succeeded",
    jsonPath = ".status.succeeded",
    type = AdditionalPrinterColumn.Type.BOOLEAN)
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.reason",
    type = AdditionalPrinterColumn.Type.STRING)
public final class EtcdRestore extends CustomResource<EtcdRestoreSpec, EtcdRestoreStatus>
    implements Namespaced {
  private static final long serialVersionUID = 1L;

  @Override
  protected EtcdRestoreSpec initSpec() {
    return EtcdRestoreSpec.empty(null);
  }
}
