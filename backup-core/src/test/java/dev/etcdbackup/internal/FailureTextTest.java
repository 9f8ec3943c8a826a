package dev.etcdbackup.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailureTextTest {
  static Stream<Arguments> failures() {
    IOException inner = new IOException("the disk is gone");
    return Stream.of(
        arguments(inner, "the disk is gone"),
        arguments(new UncheckedIOException(inner), "the disk is gone"),
        arguments(new IOException((String) null), "io"),
        arguments(new NoSuchFileException("/a"), "/a: there is no such file"),
        arguments(new AccessDeniedException("/a"), "/a: permission denied"),
        arguments(
            new FileSystemException("/a", null, "No space left on device"),
            "/a: No space left on device"),
        arguments(
            new FileSystemException("/a", "/b", "Operation not permitted"),
            "/a -> /b: Operation not permitted"),
        arguments(new ClosedByInterruptException(), "interrupted"),
        arguments(new InterruptedIOException("read"), "interrupted"),
        arguments(new SocketTimeoutException("Read timed out"), "Read timed out"),
        arguments(new SocketTimeoutException(), "socket timeout"),
        arguments(new UnknownHostException("etcd-0"), "unknown host etcd-0"),
        arguments(new ConnectException("Connection refused"), "Connection refused"),
        arguments(new EOFException(), "the data ends too early"),
        arguments(
            new IOException(
                "PKIX path building failed:"
                    + " sun.security.provider.certpath.SunCertPathBuilderException: unable to find"
                    + " valid certification path"),
            "PKIX path building failed: unable to find valid certification path"),
        arguments(new IllegalStateException("java.lang.NullPointerException"), "illegal state"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void theReasonIsInPlainWords(Throwable failure, String words) {
    assertThat(FailureText.of(failure)).isEqualTo(words);
  }
}
