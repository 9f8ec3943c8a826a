package dev.etcdbackup.etcd;

import dev.etcdbackup.internal.FailureText;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.security.SignatureException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Says in one line what the status of a call means to an operator. */
final class EtcdStatus {
  /** What is said of a connection that ended without a reason. */
  static final String CLOSED = "the connection was closed";

  /** What is said of a connection or an answer that did not come in time; the time follows. */
  static final String NO_ANSWER = "no answer within ";

  /** A member without a quorum may notice the deadline of a call before the client does. */
  private static final String DEADLINE_AT_SERVER = "context deadline exceeded";

  private static final String NOT_HTTP2 = "First received frame was not SETTINGS";
  private static final String HTTP1 = "485454502f"; // Netty shows the first bytes: "HTTP/"
  private static final String GRPC_CLOSED = "Network closed for unknown reason";
  private static final Pattern LOST = Pattern.compile("Connection reset|Broken pipe");
  private static final String ETCD_PREFIX = "etcdserver: ";

  private EtcdStatus() {}

  /**
   * Explains a status that is not OK.
   *
   * @param late what to say when the call's deadline passed
   */
  static String explain(Status status, String late) {
    return explain(status, late, "snapshots need the root role");
  }

  /**
   * Explains a status that is not OK.
   *
   * @param late what to say when the call's deadline passed
   * @param needed what a user needs who is denied
   */
  static String explain(Status status, String late, String needed) {
    String said = lastWord(status);
    if (said.contains("user name is empty")) {
      return "authentication is on: set user and password";
    }
    if (said.contains("permission denied")) {
      return "permission denied: " + needed;
    }
    if (said.contains(DEADLINE_AT_SERVER)) {
      return late;
    }
    return switch (status.getCode()) {
      case DEADLINE_EXCEEDED -> said.startsWith(NO_ANSWER) ? said : late;
      case UNIMPLEMENTED -> "not an etcd server: " + said;
      default -> said;
    };
  }

  /** What etcd itself said, or what is at the bottom of a broken connection. */
  private static String lastWord(Status status) {
    String said = status.getDescription();
    Throwable bottom = null;
    for (Throwable t = status.getCause(); t != null; t = t.getCause()) {
      if (t instanceof LinkageError e) {
        return GrpcLibraries.explain(e);
      }
      bottom = t;
      Status inner = statusOf(t);
      if (inner != null && inner.getDescription() != null) {
        said = inner.getDescription();
      }
    }
    boolean etcdSpoke = said != null && said.startsWith(ETCD_PREFIX);
    if (!etcdSpoke && bottom != null && statusOf(bottom) == null) {
      said = connectionProblem(bottom);
    }
    if (GRPC_CLOSED.equals(said)) {
      return CLOSED;
    }
    if (said == null || said.isBlank()) {
      said = status.getCode().toString();
    }
    return said.substring(etcdSpoke ? ETCD_PREFIX.length() : 0).replaceAll("\\p{Cntrl}+", " ");
  }

  private static String connectionProblem(Throwable t) {
    if (t.getMessage() != null && t.getMessage().contains(NOT_HTTP2)) {
      return t.getMessage().contains(HTTP1) ? "speaks HTTP/1, not etcd" : "does not speak etcd";
    }
    if (t instanceof UnresolvedAddressException) {
      return "the host name does not resolve";
    }
    String said = t.getMessage();
    if (t instanceof ConnectException && String.valueOf(said).startsWith("Connection refused")) {
      return "connection refused"; // the address that follows is known
    }
    if (t instanceof ClosedChannelException || (said != null && LOST.matcher(said).lookingAt())) {
      return CLOSED;
    }
    if (t instanceof CertificateException
        || t instanceof CertPathBuilderException
        || t instanceof CertPathValidatorException
        || t instanceof SignatureException) {
      return "the server's certificate is not accepted: " + said; // which alone may be a date
    }
    return FailureText.of(t);
  }

  private static @Nullable Status statusOf(Throwable t) {
    if (t instanceof StatusRuntimeException e) {
      return e.getStatus();
    }
    return t instanceof StatusException e ? e.getStatus() : null;
  }
}
