package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.security.SignatureException;
import java.security.cert.CertificateExpiredException;
import org.junit.jupiter.api.Test;

/** The words of statuses as gRPC and etcd were seen to give them. */
class EtcdStatusTest {
  @Test
  void aDeadlineThatTheServerNoticesFirstIsTheSame() {
    Status status = Status.UNKNOWN.withDescription("context deadline exceeded");
    assertThat(EtcdStatus.explain(status, "no answer within 2s")).isEqualTo("no answer within 2s");
  }

  @Test
  void etcdsOwnWordsCountWhereverTheyAre() {
    Status inner =
        Status.INVALID_ARGUMENT.withDescription("etcdserver: authentication failed, invalid user");
    assertThat(explain(inner)).isEqualTo("authentication failed, invalid user");
    assertThat(explain(Status.UNAUTHENTICATED.withCause(inner.asRuntimeException())))
        .isEqualTo("authentication failed, invalid user");
    assertThat(explain(Status.UNAUTHENTICATED.withCause(inner.asException())))
        .isEqualTo("authentication failed, invalid user");
  }

  @Test
  void whatUsersFallOverIsToldWithItsRemedy() {
    assertThat(explain(Status.INVALID_ARGUMENT.withDescription("etcdserver: user name is empty")))
        .isEqualTo("authentication is on: set user and password");
    assertThat(explain(Status.PERMISSION_DENIED.withDescription("etcdserver: permission denied")))
        .isEqualTo("permission denied: snapshots need the root role");
  }

  @Test
  void aBrokenConnectionIsToldByWhatBrokeIt() {
    assertThat(explain(unavailable(new ConnectException("Connection refused: /127.0.0.1:1"))))
        .isEqualTo("connection refused");
    assertThat(explain(unavailable(new ConnectException("connection timed out after 20000 ms"))))
        .isEqualTo("connection timed out after 20000 ms");
    assertThat(explain(unavailable(new UnresolvedAddressException())))
        .isEqualTo("the host name does not resolve");
    assertThat(explain(unavailable(new ClosedChannelException())))
        .isEqualTo("the connection was closed");
    assertThat(explain(unavailable(new IOException("Connection reset by peer"))))
        .isEqualTo("the connection was closed");
    assertThat(explain(unavailable(new IOException("No buffer space available"))))
        .isEqualTo("No buffer space available");
    assertThat(explain(unavailable(new IOException("outer", new IllegalStateException("inner")))))
        .isEqualTo("inner");
    assertThat(explain(unavailable(new IllegalStateException()))).isEqualTo("illegal state");
  }

  @Test
  void aCertificateThatDoesNotHoldIsCalledOne() {
    assertThat(explain(unavailable(new CertificateExpiredException("NotAfter: Tue Nov 17 2026"))))
        .isEqualTo("the server's certificate is not accepted: NotAfter: Tue Nov 17 2026");
    assertThat(explain(unavailable(new SignatureException("Signature does not match."))))
        .isEqualTo("the server's certificate is not accepted: Signature does not match.");
  }

  @Test
  void aDeadlineIsToldAsTheCallerPutsIt() {
    assertThat(explain(Status.DEADLINE_EXCEEDED.withDescription("after 4.999s [buffered_nanos]")))
        .isEqualTo("too late");
  }

  @Test
  void withoutWordsThereIsTheCode() {
    assertThat(explain(Status.ABORTED)).isEqualTo("ABORTED");
    assertThat(explain(Status.ABORTED.withDescription(" "))).isEqualTo("ABORTED");
  }

  @Test
  void itIsOneLine() {
    assertThat(explain(Status.INTERNAL.withDescription("a\r\nb\u001b[31mc")))
        .isEqualTo("a b [31mc");
  }

  private static Status unavailable(Throwable cause) {
    return Status.UNAVAILABLE.withDescription("io exception").withCause(cause);
  }

  private static String explain(Status status) {
    return EtcdStatus.explain(status, "too late");
  }
}
