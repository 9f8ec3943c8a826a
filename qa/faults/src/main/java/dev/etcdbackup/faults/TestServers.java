package dev.etcdbackup.faults;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.faults.Fault;
import dev.etcdbackup.testkit.faults.Operation;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The servers of a run, and a backend on them for each case. */
final class TestServers implements AutoCloseable {
  private final Path root;
  private @Nullable EtcdServer etcd;
  private @Nullable S3Site s3proxy;
  private @Nullable S3Site rgw;

  TestServers(Set<Backend.Kind> backends) throws IOException {
    root = Files.createTempDirectory("etcd-backup-faults-");
    if (backends.contains(Backend.Kind.ETCD)) {
      etcd = filled(EtcdServer.start());
    }
    if (backends.contains(Backend.Kind.S3PROXY)) {
      s3proxy = S3Site.create(S3Server.embedded());
    }
    if (backends.contains(Backend.Kind.RGW)) {
      rgw = S3Site.create(S3Server.ceph());
    }
  }

  /** Why there is no such backend on this machine; empty when there is. */
  static Optional<String> missing(Backend.Kind backend) throws IOException {
    return switch (backend) {
      case DISK -> Tmpfs.refusal();
      case RGW ->
          Optional.ofNullable(System.getenv("ETCDBACKUP_RGW_ENDPOINT")).isPresent()
              ? Optional.empty()
              : Optional.of("ETCDBACKUP_RGW_ENDPOINT is not set (see fixtures/ceph)");
      case DIRECTORY, ETCD, S3PROXY -> Optional.empty();
    };
  }

  /** All cases of these backends. */
  static List<Case> cases(Set<Backend.Kind> backends) {
    return Stream.of(
            new DirectoryCases(),
            new DiskCases(),
            new EtcdCases(),
            new S3Cases(Backend.Kind.S3PROXY),
            new S3Cases(Backend.Kind.RGW))
        .filter(cases -> backends.contains(cases.backend()))
        .flatMap(cases -> cases.list().stream())
        .toList();
  }

  CaseRun.Result run(Case testCase) throws Exception {
    Path directory = Files.createTempDirectory(root, "case-");
    try (Trouble trouble = testCase.trouble().get();
        Backend backend = trouble.backend(this, testCase, directory)) {
      try {
        return new CaseRun(testCase, trouble, backend, directory, CaseRun.SETTLING).run();
      } finally {
        trouble.end();
      }
    } finally {
      delete(directory);
    }
  }

  /** A backend with a fault injected, if there is one. */
  Backend backend(Case testCase, @Nullable Fault fault, Path store) throws IOException {
    boolean inSource = fault != null && isOfSource(fault);
    return switch (testCase.backend()) {
      case S3PROXY, RGW ->
          site(testCase.backend()).backend(fault, inSource, testCase.requestTimeout());
      case ETCD ->
          DirectoryBackend.beforeEtcd(
              store, etcd().endpoint(), Objects.requireNonNull(fault), testCase.requestTimeout());
      case DIRECTORY, DISK ->
          fault == null ? DirectoryBackend.withoutFault(store) : directory(store, fault);
    };
  }

  static Backend directory(Path store, Fault fault) throws IOException {
    return isOfSource(fault)
        ? DirectoryBackend.withFaultySource(store, fault)
        : DirectoryBackend.withFaultyStore(store, fault);
  }

  private static boolean isOfSource(Fault fault) {
    return fault.toString().startsWith(Operation.SNAPSHOT.name());
  }

  S3Site site(Backend.Kind kind) {
    return Objects.requireNonNull(kind == Backend.Kind.RGW ? rgw : s3proxy, "site");
  }

  private EtcdServer etcd() {
    return Objects.requireNonNull(etcd, "etcd");
  }

  private static EtcdServer filled(EtcdServer etcd) throws IOException {
    Random random = new Random(7);
    for (int i = 0; i < 20; i++) {
      byte[] value = new byte[150_000];
      random.nextBytes(value);
      etcd.put("key" + i, value);
    }
    loadClasses(etcd);
    return etcd;
  }

  /** The first backup of a process loads gRPC, which must not count against a case's timeout. */
  private static void loadClasses(EtcdServer etcd) throws IOException {
    try (Snapshot snapshot =
        EtcdSnapshotSource.builder(EtcdConnection.to(etcd.endpoints())).build().open()) {
      snapshot.stream().transferTo(OutputStream.nullOutputStream());
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (etcd != null) {
      etcd.close();
    }
    if (s3proxy != null) {
      s3proxy.close();
    }
    if (rgw != null) {
      rgw.close();
    }
    delete(root);
  }
}
