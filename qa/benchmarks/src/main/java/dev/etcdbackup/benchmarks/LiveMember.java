package dev.etcdbackup.benchmarks;

import dev.etcdbackup.snapshot.HashKv;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.maintenance.HashKVResponse;
import io.etcd.jetcd.options.PutOption;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** What a running etcd says of itself. */
record LiveMember(URI endpoint) {
  /** Its revision. */
  long revision() throws Exception {
    try (Client client = client()) {
      return revision(client, endpoint);
    }
  }

  static long revision(Client client, URI endpoint) throws Exception {
    return client
        .getMaintenanceClient()
        .statusMember(endpoint.toString())
        .get()
        .getHeader()
        .getRevision();
  }

  /** The hash of all it holds, up to its revision. */
  HashKv hashKv() throws Exception {
    try (Client client = client()) {
      long revision = revision(client, endpoint);
      String target = "ip:///" + endpoint.getHost() + ':' + endpoint.getPort();
      HashKVResponse answer = client.getMaintenanceClient().hashKV(target, revision).get();
      return new HashKv(answer.getHash() & 0xffffffffL, revision, answer.getCompacted());
    }
  }

  /** Puts a key that has a lease of an hour. */
  void putWithLease(String key) throws Exception {
    try (Client client = client()) {
      ByteSequence bytes = ByteSequence.from(key, StandardCharsets.UTF_8);
      long lease = client.getLeaseClient().grant(TimeUnit.HOURS.toSeconds(1)).get().getID();
      PutOption option = PutOption.builder().withLeaseId(lease).build();
      var unused = client.getKVClient().put(bytes, bytes, option).get();
    }
  }

  private Client client() {
    return Client.builder().endpoints(endpoint).build();
  }
}
