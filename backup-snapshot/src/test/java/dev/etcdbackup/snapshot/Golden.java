package dev.etcdbackup.snapshot;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * A snapshot that a real server made, with what that server and its tools said of it.
 *
 * @param file its name in {@code golden/}
 * @param metadata what {@code golden/manifest.json} says of it
 */
record Golden(String file, Map<String, Object> metadata) {
  private static final JsonMapper JSON = new JsonMapper();

  static Stream<Golden> all() {
    try (InputStream in = resource("manifest.json")) {
      Map<String, Object> manifest = map(JSON.readValue(in, Map.class));
      List<Golden> goldens = new ArrayList<>();
      for (Object one : (List<?>) manifest.get("snapshots")) {
        Map<String, Object> metadata = map(one);
        goldens.add(new Golden((String) metadata.get("file"), metadata));
      }
      return goldens.stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Golden named(String file) {
    return all().filter(golden -> golden.file.equals(file)).findFirst().orElseThrow();
  }

  byte[] bytes() {
    try (InputStream in = new GZIPInputStream(resource(file + ".gz"))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  EtcdSnapshot open() {
    return ArrayBytes.snapshot(bytes());
  }

  String server() {
    return (String) metadata.get("server");
  }

  /** The line of etcd that made it. */
  StatusVersion line() {
    return StatusVersion.valueOf("V" + server().replaceFirst("\\.", "_").replaceFirst("\\..*", ""));
  }

  Map<String, Object> status() {
    return map(metadata.get("status"));
  }

  List<Map<String, Object>> hashKvAnswers() {
    return ((List<?>) metadata.get("hashkv")).stream().map(Golden::map).toList();
  }

  static long number(Map<String, Object> metadata, String field) {
    return ((Number) metadata.get(field)).longValue();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object json) {
    return (Map<String, Object>) json;
  }

  private static InputStream resource(String name) throws IOException {
    InputStream in = Golden.class.getResourceAsStream("/golden/" + name);
    if (in == null) {
      throw new IOException("golden/" + name + " is missing");
    }
    return in;
  }

  @Override
  public String toString() {
    return file;
  }
}
