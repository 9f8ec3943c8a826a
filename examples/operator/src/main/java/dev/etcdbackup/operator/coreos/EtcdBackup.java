package dev.etcdbackup.operator.coreos;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;

/** A backup that the etcd operator would take, once or again and again. */
@Group("etcd.database.coreos.com")
@Version("v1beta2")
@AdditionalPrinterColumn(
    name = "Succeeded",
    jsonPath = ".status.succeeded",
    type = AdditionalPrinterColumn.Type.BOOLEAN)
@AdditionalPrinterColumn(
    name = "Last success",
    jsonPath = ".status.lastSuccessDate",
    type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.Reason",
    type = AdditionalPrinterColumn.Type.STRING)
public final class EtcdBackup extends CustomResource<EtcdBackupSpec, EtcdBackupStatus>
    implements Namespaced {
  private static final long serialVersionUID = 1L;

  @Override
  protected EtcdBackupSpec initSpec() {
    return EtcdBackupSpec.empty(null);
  }
}
