package dev.etcdbackup.cli.config;

import java.time.Duration;

/**
 * The lock that lets one of several replicas write.
 *
 * @param etcd the etcd that holds it, at least one endpoint; it should not be one that is backed up
 *     here
 * @param ttl after this time a replica that stopped no longer holds it, 2 seconds to 1 hour
 */
public record LockConfig(EtcdConfig etcd, Duration ttl) {
  /** The time to live when the configuration does not say: 15 seconds. */
  public static final Duration DEFAULT_TTL = Duration.ofSeconds(15);
}
