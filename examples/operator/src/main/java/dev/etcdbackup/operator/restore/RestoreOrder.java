package dev.etcdbackup.operator.restore;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.kubernetes.EtcdSecrets;
import dev.etcdbackup.operator.Owner;
import dev.etcdbackup.operator.StoreAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is restored into which cluster.
 *
 * @param owner the resource that asks for it
 * @param statefulSet the StatefulSet of the cluster, in the namespace of the resource
 * @param store where the backup is
 * @param backup the backup
 * @param approvedBy who approved it
 * @param settings what is not said by every resource
 */
public record RestoreOrder(
    Owner owner,
    String statefulSet,
    StoreAddress store,
    BackupKey backup,
    String approvedBy,
    Settings settings) {

  /**
   * What is not said by every resource.
   *
   * @param options options of the command {@code restore}
   * @param secrets the Secrets with which the members are reached
   * @param peerUrls the template of the members' peer URLs; null for the default
   * @param clientUrls the template of the members' client URLs; null for the default
   * @param restart the workloads that are restarted when the cluster is healthy
   * @param attempt 1, and one more for each time that a failed step is tried again
   * @param rollBack whether the old volumes are taken into use again instead
   */
  public record Settings(
      List<String> options,
      EtcdSecrets secrets,
      @Nullable String peerUrls,
      @Nullable String clientUrls,
      List<String> restart,
      int attempt,
      boolean rollBack) {
    /** The whole backup into members without TLS. */
    public static final Settings DEFAULT =
        new Settings(List.of(), EtcdSecrets.none(), null, null, List.of(), 1, false);

    /** Copies the lists. */
    public Settings {
      options = List.copyOf(options);
      restart = List.copyOf(restart);
    }
  }
}
