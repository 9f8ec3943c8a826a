package dev.etcdbackup.restore;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * The {@code .snap} file: the store of etcd 2 with the members in it, from which 3.4 and 3.5 learn
 * them. Source: {@code api/snap/snapshotter.go}, {@code api/v2store/store.go}.
 */
final class RaftSnapshot {
  private static final int HISTORY = 1000; // the events the old store remembers

  private static final List<String> COUNTERS =
      List.of(
          "getsSuccess",
          "getsFail",
          "setsSuccess",
          "setsFail",
          "deleteSuccess",
          "deleteFail",
          "updateSuccess",
          "updateFail",
          "createSuccess",
          "createFail",
          "compareAndSwapSuccess",
          "compareAndSwapFail",
          "compareAndDeleteSuccess",
          "compareAndDeleteFail",
          "expireCount",
          "watchers");

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
    byte[] json = GoJson.text(new RaftSnapshot(state)::writeStore).getBytes(UTF_8);
    byte[] snapshot = new Message().bytes(1, json).bytes(2, metadata).toBytes();
    CRC32C crc = new CRC32C();
    crc.update(snapshot);
    return new Message().number(1, crc.getValue()).bytes(2, snapshot).toBytes();
  }

  private void writeStore(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeFieldName("Root");
    writeRoot(json);
    writeWatcherHub(json);
    json.writeNumberField("CurrentIndex", state.index());
    json.writeObjectFieldStart("Stats");
    for (String counter : COUNTERS) {
      json.writeNumberField(counter, counter.equals("createSuccess") ? state.index() : 0);
    }
    json.writeEndObject();
    json.writeNumberField("CurrentVersion", 2);
    json.writeEndObject();
  }

  private void writeRoot(JsonGenerator json) throws IOException {
    beginDirectory(json, "/", 0);
    json.writeFieldName("0");
    beginDirectory(json, "/0", 0);
    json.writeFieldName("members");
    beginDirectory(json, "/0/members", 1);
    Map<String, Integer> indexes = new TreeMap<>(); // Go sorts the names of maps
    List<ClusterMember> members = state.cluster().members();
    for (int i = 0; i < members.size(); i++) {
      indexes.put(members.get(i).hexId(), i + 1);
    }
    for (Map.Entry<String, Integer> entry : indexes.entrySet()) {
      int index = entry.getValue();
      ClusterMember member = members.get(index - 1);
      json.writeFieldName(entry.getKey());
      beginDirectory(json, path(member), index);
      json.writeFieldName("raftAttributes");
      beginNode(json, attributesPath(member), index, member.raftAttributes());
      json.writeNullField("Children");
      json.writeEndObject();
      endDirectory(json);
    }
    endDirectory(json);
    endDirectory(json);
    json.writeFieldName("1");
    beginDirectory(json, "/1", 0);
    endDirectory(json);
    endDirectory(json);
  }

  private void writeWatcherHub(JsonGenerator json) throws IOException {
    long index = state.index();
    json.writeObjectFieldStart("WatcherHub");
    json.writeObjectFieldStart("EventHistory");
    json.writeObjectFieldStart("Queue");
    json.writeArrayFieldStart("Events");
    for (int i = 0; i < HISTORY; i++) {
      if (i < index) {
        writeEvent(json, i + 1, state.cluster().members().get(i));
      } else {
        json.writeNull();
      }
    }
    json.writeEndArray();
    json.writeNumberField("Size", index);
    json.writeNumberField("Front", 0);
    json.writeNumberField("Back", index);
    json.writeNumberField("Capacity", HISTORY);
    json.writeEndObject();
    json.writeNumberField("StartIndex", 1);
    json.writeNumberField("LastIndex", index);
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void writeEvent(JsonGenerator json, int index, ClusterMember member)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("action", "create");
    json.writeObjectFieldStart("node");
    json.writeStringField("key", attributesPath(member));
    json.writeStringField("value", member.raftAttributes());
    json.writeNumberField("modifiedIndex", index);
    json.writeNumberField("createdIndex", index);
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void beginDirectory(JsonGenerator json, String path, int index)
      throws IOException {
    beginNode(json, path, index, "");
    json.writeObjectFieldStart("Children");
  }

  private static void endDirectory(JsonGenerator json) throws IOException {
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void beginNode(JsonGenerator json, String path, int index, String value)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("Path", path);
    json.writeNumberField("CreatedIndex", index);
    json.writeNumberField("ModifiedIndex", index);
    json.writeStringField("ExpireTime", "0001-01-01T00:00:00Z");
    json.writeStringField("Value", value);
  }

  private static String path(ClusterMember member) {
    return "/0/members/" + member.hexId();
  }

  private static String attributesPath(ClusterMember member) {
    return path(member) + "/raftAttributes";
  }
}
