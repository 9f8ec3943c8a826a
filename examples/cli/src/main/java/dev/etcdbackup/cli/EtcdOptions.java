package dev.etcdbackup.cli;

import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Which etcd cluster, and how to talk to it. */
final class EtcdOptions {
  @Option(
      names = "--etcd",
      converter = Converters.Etcd.class,
      split = ",",
      scope = ScopeType.INHERIT,
      paramLabel = "URL",
      description = "The members of the cluster: http://HOST:PORT or https://HOST:PORT.")
  List<URI> endpoints = List.of();

  @Option(
      names = "--etcd-user",
      scope = ScopeType.INHERIT,
      paramLabel = "NAME",
      description = "The user to log in as, with --etcd-password-file.")
  @Nullable String user;

  @Option(
      names = "--etcd-password-file",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "The file with the password; a newline at its end does not count.")
  @Nullable Path passwordFile;

  @Option(
      names = "--etcd-ca",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "PEM certificates to trust instead of Java's own.")
  @Nullable Path ca;

  @Option(
      names = "--etcd-cert",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "The client's certificate in PEM, with --etcd-key.")
  @Nullable Path cert;

  @Option(
      names = "--etcd-key",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "The client's private key in PEM (PKCS#8), with --etcd-cert.")
  @Nullable Path key;
}
