package dev.etcdbackup.operator;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads Secrets. Messages name the Secret and its keys, never a value. */
final class SecretReader {
  private final KubernetesClient client;

  SecretReader(KubernetesClient client) {
    this.client = client;
  }

  /** The decoded values of a Secret. */
  static final class Values {
    private final String name;
    private final Map<String, byte[]> values;

    private Values(String name, Map<String, byte[]> values) {
      this.name = name;
      this.values = values;
    }

    byte @Nullable [] find(String key) {
      return values.get(key);
    }

    byte[] require(String key) throws IOException {
      byte[] value = values.get(key);
      if (value == null || value.length == 0) {
        throw new IOException("Secret " + name + " has no " + key);
      }
      return value;
    }

    /** Names the Secret alone. */
    @Override
    public String toString() {
      return "Secret " + name;
    }
  }

  Values read(String namespace, String name) throws IOException {
    String full = namespace + "/" + name;
    @Nullable Secret secret;
    try {
      secret = client.secrets().inNamespace(namespace).withName(name).get();
    } catch (KubernetesClientException e) {
      throw new IOException("Secret " + full + " cannot be read: " + e.getMessage(), e);
    }
    if (secret == null) {
      throw new IOException("Secret " + full + " does not exist");
    }
    Map<String, byte[]> values = new HashMap<>();
    if (secret.getData() != null) {
      secret.getData().forEach((key, value) -> values.put(key, decode(value)));
    }
    if (secret.getStringData() != null) { // only in tests; a server has it in data
      secret
          .getStringData()
          .forEach((key, value) -> values.put(key, value.getBytes(StandardCharsets.UTF_8)));
    }
    return new Values(full, values);
  }

  private static byte[] decode(String value) {
    return Base64.getMimeDecoder().decode(value);
  }
}
