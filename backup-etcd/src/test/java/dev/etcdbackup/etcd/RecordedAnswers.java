package dev.etcdbackup.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.KeyCursor;
import dev.etcdbackup.snapshot.KeyRange;
import dev.etcdbackup.snapshot.Revision;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.maintenance.HashKVResponse;
import io.etcd.jetcd.options.GetOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What a server answers of one revision.
 *
 * @param revision the revision
 * @param hash its HashKV
 * @param keys every key with its numbers, its lease and its value, in order
 */
record RecordedAnswers(long revision, HashKv hash, List<String> keys) {
  private static final ByteSequence ALL = ByteSequence.from(new byte[1]);

  static RecordedAnswers ask(Client client, EtcdServer etcd, long revision) throws Exception {
    return new RecordedAnswers(revision, hashKv(client, etcd, revision), keys(client, revision));
  }

  static HashKv hashKv(Client client, EtcdServer etcd, long revision) throws Exception {
    HashKVResponse answer =
        client
            .getMaintenanceClient()
            .hashKV("ip:///127.0.0.1:" + etcd.endpoint().getPort(), revision)
            .get();
    return new HashKv(answer.getHash() & 0xffffffffL, revision, answer.getCompacted());
  }

  static List<KeyValue> range(Client client, long revision) throws Exception {
    GetOption option = GetOption.builder().withRange(ALL).withRevision(revision).build();
    return client.getKVClient().get(ALL, option).get().getKvs();
  }

  static List<String> keys(Client client, long revision) throws Exception {
    List<String> lines = new ArrayList<>();
    for (KeyValue kv : range(client, revision)) {
      lines.add(
          line(
              kv.getKey().getBytes(),
              kv.getCreateRevision(),
              kv.getModRevision(),
              kv.getVersion(),
              kv.getLease(),
              kv.getValue().getBytes()));
    }
    return lines;
  }

  /** The keys of a snapshot, as {@link #keys} has those of a server. */
  static List<String> keys(EtcdSnapshot snapshot, Revision revision) throws Exception {
    List<String> lines = new ArrayList<>();
    KeyCursor keys = snapshot.keys(KeyRange.all(), revision);
    while (keys.next()) {
      lines.add(
          line(
              keys.key(),
              keys.createRevision(),
              keys.modRevision(),
              keys.version(),
              keys.lease(),
              keys.value()));
    }
    return lines;
  }

  private static String line(
      byte[] key, long create, long mod, long version, long lease, byte[] value) {
    String numbers = create + " " + mod + " " + version + " " + lease + " ";
    return new String(key, UTF_8) + " " + numbers + HexFormat.of().formatHex(value);
  }
}
