package dev.etcdbackup.restore;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;

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
    return GoJson.text(
        json -> {
          json.writeStartObject();
          json.writeNumberField("id", new BigInteger(Long.toUnsignedString(id)));
          writePeerUrls(json);
          json.writeStringField("name", name);
          json.writeEndObject();
        });
  }

  /** What the store of etcd 2 holds. */
  String raftAttributes() {
    return GoJson.text(
        json -> {
          json.writeStartObject();
          writePeerUrls(json);
          json.writeEndObject();
        });
  }

  private void writePeerUrls(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("peerURLs");
    for (String url : peerUrls) {
      json.writeString(url);
    }
    json.writeEndArray();
  }
}
