package dev.etcdbackup.kubernetes.objects;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** An object as Kubernetes stores it, and as its own serializer shows it: {@code golden/}. */
record Golden(String apiVersion, String kind, String base64, String json) {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.USE_LONG_FOR_INTS)
          .build();

  static List<Golden> all() {
    return lines("objects.txt").stream()
        .map(line -> line.split(" ", 4))
        .map(words -> new Golden(words[0], words[1], words[2], words[3]))
        .toList();
  }

  static List<String> lines(String name) {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] value() {
    return Base64.getDecoder().decode(base64);
  }

  Map<?, ?> tree() {
    try {
      return JSON.readValue(json, Map.class);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  StoredObject decoded() {
    return decoded("/registry/things/default/web", value());
  }

  static StoredObject decoded(String key, byte[] value) {
    return KubernetesObjects.DEFAULT.decode(key.getBytes(StandardCharsets.UTF_8), value);
  }

  @Override
  public String toString() {
    return apiVersion + " " + kind;
  }
}
