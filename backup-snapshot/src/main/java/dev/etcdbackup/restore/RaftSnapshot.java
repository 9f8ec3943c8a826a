package dev.etcdbackup.restore;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * The {@code .snap} file: the store of etcd 2 with the members in it, from which 3.4 and 3.5 learn
 * them. Source: {@code api/snap/snapshotter.go}, {@code api/v2store/store.go}.
 */
final class RaftSnapshot {
  private static final int HISTORY = 1000; // the events the old store remembers

  private final RaftState state;

  private RaftSnapshot(RaftState state) {
    this.state = state;
  }

  static String name(RaftState state) {
    return "%016x-%016x.snap".formatted(RaftState.TERM, state.index());
  }

  static byte[] of(RaftState state) {
    byte[] metadata =
        new Message()
            .bytes(1, state.confState())
            .number(2, state.index())
            .number(3, RaftState.TERM)
            .toBytes();
    byte[] json = new RaftSnapshot(state).store().getBytes(UTF_8);
    byte[] snapshot = new Message().bytes(1, json).bytes(2, metadata).toBytes();
    CRC32C crc = new CRC32C();
    crc.update(snapshot);
    return new Message().number(1, crc.getValue()).bytes(2, snapshot).toBytes();
  }

  private String store() {
    long index = state.index();
    return "{\"Root\":"
        + root()
        + ",\"WatcherHub\":{\"EventHistory\":{\"Queue\":{\"Events\":["
        + events()
        + ("],\"Size\":" + index + ",\"Front\":0,\"Back\":" + index + ",\"Capacity\":" + HISTORY)
        + ("},\"StartIndex\":1,\"LastIndex\":" + index + "}},\"CurrentIndex\":" + index)
        + ",\"Stats\":{\"getsSuccess\":0,\"getsFail\":0,\"setsSuccess\":0,\"setsFail\":0,"
        + "\"deleteSuccess\":0,\"deleteFail\":0,\"updateSuccess\":0,\"updateFail\":0,"
        + ("\"createSuccess\":" + index + ",\"createFail\":0,\"compareAndSwapSuccess\":0,")
        + "\"compareAndSwapFail\":0,\"compareAndDeleteSuccess\":0,\"compareAndDeleteFail\":0,"
        + "\"expireCount\":0,\"watchers\":0},\"CurrentVersion\":2}";
  }

  private String root() {
    Map<String, String> members = new TreeMap<>(); // Go sorts the names of maps
    for (int i = 0; i < state.cluster().members().size(); i++) {
      ClusterMember member = state.cluster().members().get(i);
      String path = path(member);
      String attributes = node(attributesPath(member), i + 1, member.raftAttributes(), "null");
      members.put(
          member.hexId(), node(path, i + 1, "", children(Map.of("raftAttributes", attributes))));
    }
    String directory = node("/0/members", 1, "", children(members));
    String zero = node("/0", 0, "", children(Map.of("members", directory)));
    String one = node("/1", 0, "", "{}");
    return node("/", 0, "", children(new TreeMap<>(Map.of("0", zero, "1", one))));
  }

  private String events() {
    StringBuilder events = new StringBuilder();
    for (int i = 0; i < HISTORY; i++) {
      events.append(i == 0 ? "" : ",");
      events.append(i < state.index() ? event(i + 1, state.cluster().members().get(i)) : "null");
    }
    return events.toString();
  }

  private static String event(int index, ClusterMember member) {
    return "{\"action\":\"create\",\"node\":{\"key\":"
        + GoJson.text(attributesPath(member))
        + ",\"value\":"
        + GoJson.text(member.raftAttributes())
        + ",\"modifiedIndex\":"
        + index
        + ",\"createdIndex\":"
        + index
        + "}}";
  }

  private static String node(String path, int index, String value, String children) {
    return "{\"Path\":"
        + GoJson.text(path)
        + ",\"CreatedIndex\":"
        + index
        + ",\"ModifiedIndex\":"
        + index
        + ",\"ExpireTime\":\"0001-01-01T00:00:00Z\",\"Value\":"
        + GoJson.text(value)
        + ",\"Children\":"
        + children
        + '}';
  }

  private static String children(Map<String, String> nodes) {
    StringBuilder json = new StringBuilder("{");
    nodes.forEach(
        (name, node) ->
            json.append(json.length() == 1 ? "" : ",")
                .append(GoJson.text(name))
                .append(':')
                .append(node));
    return json.append('}').toString();
  }

  private static String path(ClusterMember member) {
    return "/0/members/" + member.hexId();
  }

  private static String attributesPath(ClusterMember member) {
    return path(member) + "/raftAttributes";
  }
}
