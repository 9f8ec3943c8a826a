package dev.etcdbackup.operator;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where backups are stored. Equal addresses share a store.
 *
 * @param endpoint the address of the S3 server; null for that of AWS in the region
 * @param region the region; null for that of the Secret; without either a store with an endpoint
 *     has {@code us-east-1}, and one of AWS cannot be used
 * @param bucket the bucket
 * @param prefix what is before the projects, as in {@code env/prod}; may be empty
 * @param namespace where the Secret lies
 * @param secret the Secret with the credentials; null for those of the pod: a projected token of
 *     its service account, or the environment
 */
public record StoreAddress(
    @Nullable String endpoint,
    @Nullable String region,
    String bucket,
    String prefix,
    String namespace,
    @Nullable String secret) {
  /** Writes an endpoint in one way, so that one server is one store. */
  public StoreAddress {
    if (endpoint != null && endpoint.endsWith("/")) {
      endpoint = endpoint.substring(0, endpoint.length() - 1);
    }
  }

  /**
   * A path as the etcd operator has it, {@code BUCKET/[PREFIX/]PROJECT/NAME}, in its parts.
   *
   * @param bucket the bucket
   * @param prefix the directories between bucket and project; may be empty
   * @param project the project
   * @param name the name of an object, or the beginning of names
   */
  public record Path(String bucket, String prefix, String project, String name) {
    /**
     * Reads a path.
     *
     * @param field the field it is in, for the message
     * @param path the path
     * @return its parts
     * @throws IllegalArgumentException when it has fewer than three
     */
    public static Path parse(String field, @Nullable String path) {
      List<String> parts = List.of(path == null ? new String[0] : path.split("/", -1));
      int count = parts.size();
      if (count < 3 || parts.contains("")) {
        throw new IllegalArgumentException(
            field
                + " must be BUCKET/PROJECT/NAME, as in etcd-backup/cray-bss/etcd.backup, not '"
                + (path == null ? "" : path)
                + "'");
      }
      return new Path(
          parts.get(0),
          String.join("/", parts.subList(1, count - 2)),
          parts.get(count - 2),
          parts.get(count - 1));
    }
  }
}
