package com.example.inventory;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;

/** An etcd that is backed up by a schedule; its name is the project of the backups. */
@Group("example.com")
@Version("v1")
public class BackedUpEtcd extends CustomResource<BackedUpEtcd.Spec, BackedUpEtcd.Status>
    implements Namespaced {

  /**
   * @param endpoint {@code http://HOST:PORT}; a headless service stands for all members
   * @param intervalSeconds the time from one backup to the next
   * @param keep how many of the newest backups are kept
   */
  public record Spec(String endpoint, long intervalSeconds, int keep) {}

  /**
   * @param stored how many backups there are
   * @param newest the name of the newest; null before the first
   * @param verified whether the newest was read back and is sound
   * @param problem why the last run failed; null when it did not
   */
  public record Status(int stored, String newest, boolean verified, String problem) {}
}
