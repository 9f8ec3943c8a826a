package dev.etcdbackup.restore;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The cluster the restored member belongs to.
 *
 * @param id made of the ids of its members
 * @param members in the order of their ids as unsigned numbers
 */
record NewCluster(long id, List<ClusterMember> members) {
  private static final String OPTION = "initial-cluster";

  /**
   * Reads {@code a=http://HOST:PORT,b=…}; a member with several addresses is named several times.
   */
  static NewCluster parse(String initialCluster, String token) {
    Map<String, List<String>> urls = new LinkedHashMap<>();
    for (String part : initialCluster.split(",", -1)) {
      int equals = part.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(
            OPTION + ": '" + part + "' is not NAME=URL; write a=http://HOST:PORT,b=http://…");
      }
      urls.computeIfAbsent(part.substring(0, equals), name -> new ArrayList<>())
          .add(part.substring(equals + 1));
    }
    List<ClusterMember> members = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    urls.forEach(
        (name, texts) -> {
          List<String> parsed = PeerUrls.parse(OPTION, texts);
          for (String url : parsed) {
            if (!taken.add(url)) {
              throw new IllegalArgumentException(
                  OPTION + ": " + url + " is there twice; each address belongs to one member");
            }
          }
          members.add(ClusterMember.of(name, parsed, token));
        });
    members.sort(Comparator.comparing(ClusterMember::id, Long::compareUnsigned));
    ByteBuffer ids = ByteBuffer.allocate(Long.BYTES * members.size());
    members.forEach(member -> ids.putLong(member.id()));
    return new NewCluster(Sha1Id.of(ids.array()), List.copyOf(members));
  }

  ClusterMember member(String name) {
    return members.stream()
        .filter(member -> member.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    OPTION + " has no member '" + name + "'; its members are " + names()));
  }

  private String names() {
    return String.join(", ", members.stream().map(ClusterMember::name).toList());
  }
}
