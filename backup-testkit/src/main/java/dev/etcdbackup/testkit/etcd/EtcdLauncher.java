package dev.etcdbackup.testkit.etcd;

import dev.etcdbackup.testkit.Fixtures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A way to start etcd: from a binary or in a container. */
interface EtcdLauncher {
  /**
   * Starts an etcd.
   *
   * @param arguments the arguments of etcd's command line
   * @param directory the only directory to which it may write
   * @param log the file in the directory that takes its output
   */
  EtcdProcess launch(List<String> arguments, Path directory, Path log) throws IOException;

  /**
   * Finds etcd in the directory of {@value EtcdTools#VARIABLE}, on the PATH, or in a container when
   * Testcontainers is on the class path and Docker runs.
   */
  static EtcdLauncher find() {
    Optional<Path> etcd = EtcdTools.find("etcd");
    if (etcd.isPresent()) {
      return new LocalEtcd.Launcher(etcd.get());
    }
    if (Fixtures.dockerRuns()) {
      return new EtcdContainer.Launcher(EtcdContainer.VERSION);
    }
    throw Fixtures.missing(
        "no etcd: not in $"
            + EtcdTools.VARIABLE
            + ", not on the PATH, and no Docker with Testcontainers; fixtures/etcd gets one");
  }

  /** Finds an etcd of a patch version or of a minor version. */
  static EtcdLauncher find(String version) {
    Optional<EtcdBinaries> binaries = EtcdBinaries.find(version);
    if (binaries.isPresent()) {
      return new LocalEtcd.Launcher(binaries.get().directory().resolve("etcd"));
    }
    String image =
        EtcdContainer.VERSION.startsWith(version + ".") ? EtcdContainer.VERSION : version;
    if (image.matches("\\d+\\.\\d+\\.\\d+") && Fixtures.dockerRuns()) {
      return new EtcdContainer.Launcher(image);
    }
    throw Fixtures.missing(
        "no etcd "
            + version
            + ": not in $"
            + EtcdBinaries.VARIABLE
            + " nor in $"
            + EtcdTools.VARIABLE
            + " or on the PATH, and no Docker with Testcontainers, which has whole versions (3.5.30)");
  }
}
