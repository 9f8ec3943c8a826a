package dev.etcdbackup.restore;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A member of the new cluster.
 *
 * @param id made of its addresses and the cluster's token; an unsigned number
 * @param name its name
 * @param peerUrls its addresses, sorted
 */
record ClusterMember(long id, String name, List<String> peerUrls) {
  static ClusterMember of(String name, List<String> peerUrls, String token) {
    long id = Sha1Id.of((String.join("", peerUrls) + token).getBytes(UTF_8));
    return new ClusterMember(id, name, peerUrls);
  }

  /** As etcd writes the id: not padded. */
  String hexId() {
    return Long.toHexString(id);
  }

  /** What the bucket {@code members} and the first entries of the log hold. */
  String json() {
    String number = Long.toUnsignedString(id);
    return "{\"id\":" + number + ",\"peerURLs\":" + urls() + ",\"name\":" + GoJson.text(name) + '}';
  }

  /** What the store of etcd 2 holds. */
  String raftAttributes() {
    return "{\"peerURLs\":" + urls() + '}';
  }

  private String urls() {
    return peerUrls.stream().map(GoJson::text).collect(Collectors.joining(",", "[", "]"));
  }
}
