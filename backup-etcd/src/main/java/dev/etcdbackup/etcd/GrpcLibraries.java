package dev.etcdbackup.etcd;

import dev.etcdbackup.SourceException;
import io.grpc.ManagedChannel;
import java.security.CodeSource;
import org.jspecify.annotations.Nullable;

/** Says which library of the application does not fit, when a class of gRPC cannot be linked. */
final class GrpcLibraries {
  private GrpcLibraries() {}

  /** The failure of a call that could not be made. */
  static SourceException failure(LinkageError e) {
    return new SourceException(explain(e), e);
  }

  /**
   * One line that names the libraries that were found, and those that this module was built for.
   */
  static String explain(LinkageError e) {
    return "the libraries of this application do not fit together ("
        + e.getClass().getSimpleName()
        + ": "
        + String.valueOf(e.getMessage()).replaceAll("\\p{Cntrl}+", " ")
        + "); found "
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
