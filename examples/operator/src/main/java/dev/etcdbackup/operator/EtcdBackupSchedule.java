package dev.etcdbackup.operator;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A cluster that is to be backed up on a schedule. */
@Group("etcdbackup.dev")
@Version("v1alpha1")
@ShortNames("ebs")
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "Fresh",
    jsonPath = ".status.conditions[?(@.type==\"BackupFresh\")].status",
    type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
    name = "Newest",
    jsonPath = ".status.lastSuccessTime",
    type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(
    name = "Backup",
    jsonPath = ".status.lastBackup",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1)
public final class EtcdBackupSchedule
    extends CustomResource<EtcdBackupScheduleSpec, EtcdBackupScheduleStatus> implements Namespaced {
  private static final long serialVersionUID = 1L;

  @Override
  protected EtcdBackupScheduleSpec initSpec() {
    return EtcdBackupScheduleSpec.EMPTY;
  }
}
