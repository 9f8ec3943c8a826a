package dev.etcdbackup.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.etcdbackup.kubernetes.objects.EncryptionKeys;
import dev.etcdbackup.kubernetes.objects.KubernetesObjects;
import dev.etcdbackup.kubernetes.objects.ObjectCursor;
import dev.etcdbackup.kubernetes.objects.StoredObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the objects of Kubernetes are in a snapshot, and what decrypts them. */
final class KubeOptions {
  @Option(
      names = "--registry",
      paramLabel = "P",
      description =
          "The prefix of all objects, --etcd-prefix of the API servers. Default: /registry.")
  private String registry = "/registry/";

  @Option(
      names = "--encryption-config",
      paramLabel = "FILE",
      description =
          "The EncryptionConfiguration of the API servers: values that are encrypted with aescbc,"
              + " aesgcm or secretbox are decrypted with its keys.")
  private @Nullable Path encryptionConfig;

  boolean hasKeys() {
    return encryptionConfig != null;
  }

  String prefix() {
    return registry.endsWith("/") ? registry : registry + "/";
  }

  KubernetesObjects objects() throws UsageException {
    KubernetesObjects objects = KubernetesObjects.DEFAULT.under(registry);
    return encryptionConfig == null ? objects : objects.decryptingWith(keys(encryptionConfig));
  }

  private static EncryptionKeys keys(Path file) throws UsageException {
    try {
      return EncryptionKeys.of(new YAMLMapper().readValue(Files.readString(file), Map.class));
    } catch (JsonProcessingException e) { // its message has lines of the file
      String where = e.getLocation() == null ? "" : " in line " + e.getLocation().getLineNr();
      throw new UsageException("--encryption-config: " + file + " is not YAML" + where);
    } catch (IllegalArgumentException | NullPointerException e) {
      throw new UsageException("--encryption-config: " + file + ": " + e.getMessage());
    } catch (IOException e) {
      throw new UsageException("--encryption-config: " + file + " cannot be read");
    }
  }

  /** An object and where it is. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Found(byte[] etcdKey, StoredObject object, long revision, int bytes) {
    static Found at(ObjectCursor objects) throws IOException {
      return new Found(
          objects.etcdKey(), objects.object(), objects.modRevision(), objects.storedBytes());
    }
  }
}
