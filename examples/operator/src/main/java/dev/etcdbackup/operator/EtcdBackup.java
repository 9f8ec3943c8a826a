package dev.etcdbackup.operator;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;

/** A cluster that is to be backed up: {@code kind: EtcdBackup}, {@code plural: etcdbackups}. */
@Group("etcdbackup.dev")
@Version("v1alpha1")
public final class EtcdBackup extends CustomResource<EtcdBackupSpec, EtcdBackupStatus>
    implements Namespaced {
  private static final long serialVersionUID = 1L;

  @Override
  protected EtcdBackupSpec initSpec() {
    return new EtcdBackupSpec(null, null, null, null, null);
  }
}
