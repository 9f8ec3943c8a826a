package dev.etcdbackup.etcd;

import dev.etcdbackup.SourceException;
import dev.etcdbackup.changes.ChangesWriter;
import io.grpc.ManagedChannel;
import java.security.CodeSource;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says which library of the application does not fit, when a class cannot be linked. */
final class GrpcLibraries {
  /** Modules that are needed and not resolved unless an application asks for them, by packages. */
  private static final Map<String, String> MODULES =
      Map.of(
          "com/google/common/util/concurrent/internal/",
          "com.google.common.util.concurrent.internal",
          "dev/etcdbackup/changes/",
          "dev.etcdbackup.snapshot",
          "dev/etcdbackup/snapshot/",
          "dev.etcdbackup.snapshot");

  private GrpcLibraries() {}

  /**
   * Fails when {@code backup-snapshot} is not there, as on the module path of an application that
   * does not require it.
   *
   * @throws IllegalStateException with what to do
   */
  static void requireSnapshotModule() {
    try {
      Objects.requireNonNull(ChangesWriter.class);
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(explain(e), e);
    }
  }

  /** The failure of a call that could not be made. */
  static SourceException failure(LinkageError e) {
    return new SourceException(explain(e), e);
  }

  /**
   * One line that names the libraries that were found, and those that this module was built for; or
   * the module that was not resolved.
   */
  static String explain(LinkageError e) {
    String message = String.valueOf(e.getMessage()).replaceAll("\\p{Cntrl}+", " ");
    String error = " (" + e.getClass().getSimpleName() + ": " + message + ")";
    for (Map.Entry<String, String> each : MODULES.entrySet()) {
      if (e instanceof NoClassDefFoundError && message.startsWith(each.getKey())) {
        return "the module "
            + each.getValue()
            + " is missing"
            + error
            + "; require it in the module-info.java of the application, or add it by --add-modules"
            + " (on the class path, its jar is missing)";
      }
    }
    return "the libraries of this application do not fit together"
        + error
        + "; found "
        + found("gRPC", ManagedChannel.class.getName())
        + ", "
        + found("Netty", "io.netty.channel.Channel")
        + " and "
        + found("protobuf", "com.google.protobuf.Message")
        + "; needed are one version of io.grpc of 1.60 or later, and the Netty and protobuf that it"
        + " asks for, or backup-etcd-shaded, which has its own";
  }

  private static String found(String library, String type) {
    try {
      @Nullable CodeSource source =
          Class.forName(type, false, GrpcLibraries.class.getClassLoader())
              .getProtectionDomain()
              .getCodeSource();
      if (source == null || source.getLocation() == null) {
        return library;
      }
      String path = source.getLocation().getPath();
      return path.substring(path.lastIndexOf('/') + 1);
    } catch (ClassNotFoundException | LinkageError missing) {
      return "no " + library;
    }
  }
}
