package dev.etcdbackup.testkit.faults;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The operations into which faults can be injected. {@link FaultProxy#s3} recognises the operations
 * of S3 by method, path and query of each request, path style; {@link FaultyBackupStore} has the
 * same operations; {@link FaultySnapshotSource} has {@link #SNAPSHOT}, and {@link FaultProxy#tcp}
 * has {@link #CONNECTION}.
 */
public enum Operation {
  /** A look-up of one object: {@code HEAD /BUCKET/KEY}. */
  FIND,
  /** A write in one request: {@code PUT /BUCKET/KEY}. */
  PUT,
  /** The start of a multipart upload: {@code POST /BUCKET/KEY?uploads}. */
  CREATE_UPLOAD,
  /** One part: {@code PUT /BUCKET/KEY?partNumber=N&uploadId=ID}. */
  UPLOAD_PART,
  /** The end of an upload, which makes the backup visible: {@code POST /BUCKET/KEY?uploadId=ID}. */
  COMPLETE_UPLOAD,
  /** The abort of an upload: {@code DELETE /BUCKET/KEY?uploadId=ID}. */
  ABORT_UPLOAD,
  /** A read of an object or a part of it: {@code GET /BUCKET/KEY}. */
  GET,
  /** A page of a listing: {@code GET /BUCKET}, {@code GET /BUCKET?list-type=2}. */
  LIST,
  /** A deletion: {@code POST /BUCKET?delete}, {@code DELETE /BUCKET/KEY}. */
  DELETE,
  /** One snapshot of a source. */
  SNAPSHOT,
  /** One TCP connection. */
  CONNECTION;

  /** Returns the operation of an S3 request, if it is one of these. */
  static Optional<Operation> ofRequest(String method, String target) {
    int mark = target.indexOf('?');
    String path = mark < 0 ? target : target.substring(0, mark);
    String query = mark < 0 ? "&" : '&' + target.substring(mark + 1) + '&';
    boolean hasKey = path.indexOf('/', 1) > 0 && path.indexOf('/', 1) < path.length() - 1;
    Operation operation = hasKey ? onObject(method, query) : onBucket(method, query);
    return Optional.ofNullable(operation);
  }

  private static @Nullable Operation onObject(String method, String query) {
    boolean upload = query.contains("&uploadId=");
    return switch (method) {
      case "HEAD" -> FIND;
      case "GET" -> upload ? null : GET;
      case "PUT" -> upload ? UPLOAD_PART : PUT;
      case "DELETE" -> upload ? ABORT_UPLOAD : DELETE;
      case "POST" -> upload ? COMPLETE_UPLOAD : asks(query, "uploads") ? CREATE_UPLOAD : null;
      default -> null;
    };
  }

  private static @Nullable Operation onBucket(String method, String query) {
    if (method.equals("POST") && asks(query, "delete")) {
      return DELETE;
    }
    boolean plain =
        query.equals("&") || query.contains("&list-type=") || query.contains("&prefix=");
    return method.equals("GET") && plain && !asks(query, "uploads") ? LIST : null;
  }

  private static boolean asks(String query, String name) {
    return query.contains('&' + name + '&') || query.contains('&' + name + "=&");
  }
}
