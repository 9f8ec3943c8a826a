package dev.etcdbackup.kubernetes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where the entries of a store are: in a ConfigMap, a Secret, and what the application gives. Each
 * precedes the one before. They are watched or read, and what was seen last is kept. Thread-safe.
 */
final class StoreEntries {
  private final KubernetesClient client;
  private final String namespace;
  private final @Nullable String configMap;
  private final @Nullable String secret;
  private final Map<String, String> given;
  private @Nullable Map<String, String> ofConfigMap; // null when missing; guarded by this
  private @Nullable Map<String, String> ofSecret; // null when missing; guarded by this

  StoreEntries(
      KubernetesClient client,
      String namespace,
      @Nullable String configMap,
      @Nullable String secret,
      Map<String, String> given) {
    this.client = client;
    this.namespace = namespace;
    this.configMap = configMap;
    this.secret = secret;
    this.given = Map.copyOf(given);
  }

  /** Prepares the watches, which call back after each change. */
  List<Watched<?>> watches(Runnable changed) {
    List<Watched<?>> watches = new ArrayList<>();
    if (configMap != null) {
      watches.add(
          new Watched<>(
              what("ConfigMap", configMap),
              client.configMaps().inNamespace(namespace).withName(configMap),
              meta -> new ConfigMapBuilder().withMetadata(meta).build(),
              (key, object) -> {
                seen(object);
                changed.run();
              }));
    }
    if (secret != null) {
      watches.add(
          new Watched<>(
              what("Secret", secret),
              client.secrets().inNamespace(namespace).withName(secret),
              meta -> new SecretBuilder().withMetadata(meta).build(),
              (key, object) -> {
                seen(object);
                changed.run();
              }));
    }
    return watches;
  }

  /**
   * Reads both, by one request each.
   *
   * @throws IOException when the API server refuses or does not answer within 5 seconds
   */
  void read() throws IOException {
    KubernetesClient impatient = ApiCall.impatient(client);
    if (configMap != null) {
      String name = configMap;
      seen(
          ApiCall.<@Nullable ConfigMap>of(
              what("ConfigMap", name),
              () -> impatient.configMaps().inNamespace(namespace).withName(name).get()));
    }
    if (secret != null) {
      String name = secret;
      seen(
          ApiCall.<@Nullable Secret>of(
              what("Secret", name),
              () -> impatient.secrets().inNamespace(namespace).withName(name).get()));
    }
  }

  /**
   * Returns the settings that the entries make.
   *
   * @throws IllegalArgumentException when the ConfigMap or the Secret is missing, or they are not
   *     valid
   */
  synchronized StoreSettings settings() {
    Map<String, String> merged = new HashMap<>();
    if (configMap != null) {
      merged.putAll(present("ConfigMap", ofConfigMap));
    }
    if (secret != null) {
      merged.putAll(present("Secret", ofSecret));
    }
    return new StoreSettings(merged, given);
  }

  private static Map<String, String> present(String kind, @Nullable Map<String, String> entries) {
    if (entries == null) {
      throw new IllegalArgumentException("there is no such " + kind);
    }
    return entries;
  }

  private synchronized void seen(@Nullable ConfigMap object) {
    ofConfigMap =
        object == null
            ? null
            : Objects.requireNonNullElse(object.getData(), Map.<String, String>of());
  }

  private synchronized void seen(@Nullable Secret object) {
    ofSecret = object == null ? null : decoded(object);
  }

  private static Map<String, String> decoded(Secret secret) {
    Map<String, String> decoded = new HashMap<>();
    if (secret.getData() != null) {
      secret
          .getData()
          .forEach(
              (key, value) ->
                  decoded.put(
                      key,
                      new String(Base64.getMimeDecoder().decode(value), StandardCharsets.UTF_8)));
    }
    return decoded;
  }

  private String what(String kind, String name) {
    return kind + " " + name + " of namespace " + namespace;
  }

  /** Names where the entries are. */
  @Override
  public String toString() {
    String map = configMap == null ? "" : "ConfigMap " + namespace + "/" + configMap;
    String keys = secret == null ? "" : "Secret " + namespace + "/" + secret;
    if (map.isEmpty() && keys.isEmpty()) {
      return new StoreSettings(Map.of(), given).toString();
    }
    return map.isEmpty() || keys.isEmpty() ? map + keys : keys + " and " + map;
  }
}
