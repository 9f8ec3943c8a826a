package dev.etcdbackup.cli;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.cli.config.DurationSyntax;
import dev.etcdbackup.cli.config.EncodingConfig;
import dev.etcdbackup.cli.config.EndpointUrl;
import dev.etcdbackup.cli.config.StoreAddress;
import dev.etcdbackup.etcd.LiveRestore;
import dev.etcdbackup.s3.ObjectLock;
import dev.etcdbackup.snapshot.StatusVersion;
import java.net.URI;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import software.amazon.awssdk.regions.Region;

/** Converts the values of options and parameters, and refuses wrong ones with the reason. */
final class Converters {
  private Converters() {}

  static void register(CommandLine commandLine) {
    commandLine.registerConverter(StoreAddress.class, refusing(StoreAddress::parse));
    commandLine.registerConverter(Duration.class, refusing(DurationSyntax::parse));
    commandLine.registerConverter(Instant.class, refusing(Converters::instant));
    commandLine.registerConverter(Path.class, refusing(Converters::path));
    commandLine.registerConverter(Output.Format.class, refusing(Converters::format));
    commandLine.registerConverter(EncodingConfig.class, refusing(EncodingConfig::compress));
    commandLine.registerConverter(BackupKey.class, refusing(Converters::key));
    commandLine.registerConverter(SnapshotOperand.class, refusing(SnapshotOperand::parse));
    commandLine.registerConverter(StatusVersion.class, refusing(Converters::statusVersion));
    commandLine.registerConverter(LiveRestore.Mode.class, refusing(Converters::mode));
    commandLine.registerConverter(ObjectLock.class, refusing(Converters::objectLock));
    commandLine.registerConverter(DailySample.class, refusing(DailySample::parse));
    commandLine.registerConverter(ZoneId.class, refusing(Converters::zone));
    commandLine.registerConverter(Region.class, refusing(Converters::region));
  }

  private static <T> ITypeConverter<T> refusing(Function<String, T> parse) {
    return new Refusing<>(parse);
  }

  /**
   * Refuses what a parser refuses. No lambda, as no class of picocli's own types is: the JVM's
   * archive of classes, 17's, has no interface in Java 5's format that a lambda implements, nor the
   * other classes that implement it.
   */
  private record Refusing<T>(Function<String, T> parse) implements ITypeConverter<T> {
    @Override
    public T convert(String text) {
      try {
        return parse.apply(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** The address of a member of etcd. */
  static final class Etcd implements ITypeConverter<URI> {
    @Override
    public URI convert(String text) throws Exception {
      return refusing(EndpointUrl::etcd).convert(text);
    }
  }

  /** The address of an S3 server. */
  static final class S3 implements ITypeConverter<URI> {
    @Override
    public URI convert(String text) throws Exception {
      return refusing(EndpointUrl::s3).convert(text);
    }
  }

  /** One project. */
  static class Project implements ITypeConverter<String> {
    @Override
    public String convert(String text) throws Exception {
      return refusing(BackupKey::requireProject).convert(text);
    }
  }

  /** One project, or all of them: the empty text. */
  static final class ProjectOrAll extends Project {
    @Override
    public String convert(String text) throws Exception {
      return text.isEmpty() ? text : super.convert(text);
    }
  }

  /** A number of backups to keep. */
  static final class Count implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) < 1) {
        throw new TypeConversionException("'" + text + "' is not a number of 1 to 999999999");
      }
      return Integer.valueOf(text);
    }
  }

  /** A name of snapshots of k3s. */
  static final class K3sName implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      if (text.isEmpty() || text.indexOf('/') >= 0) {
        throw new TypeConversionException("'" + text + "' is not a name without a slash");
      }
      return text;
    }
  }

  /** A revision of etcd. */
  static final class Revision implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      if (!text.matches("[0-9]{1,18}") || Long.parseLong(text) < 1) {
        throw new TypeConversionException("'" + text + "' is not a revision of 1 or more");
      }
      return Long.valueOf(text);
    }
  }

  /** A revision of etcd whose state is read. */
  static final class StateAt implements ITypeConverter<dev.etcdbackup.snapshot.Revision> {
    @Override
    public dev.etcdbackup.snapshot.Revision convert(String text) {
      return dev.etcdbackup.snapshot.Revision.of(new Revision().convert(text));
    }
  }

  private static StatusVersion statusVersion(String text) {
    return switch (text) {
      case "3.4" -> StatusVersion.V3_4;
      case "3.5" -> StatusVersion.V3_5;
      case "3.6" -> StatusVersion.V3_6;
      case "3.7" -> StatusVersion.V3_7;
      default ->
          throw new IllegalArgumentException("'" + text + "' is not one of 3.4, 3.5, 3.6 and 3.7");
    };
  }

  private static LiveRestore.Mode mode(String text) {
    return switch (text) {
      case "create" -> LiveRestore.Mode.CREATE;
      case "overwrite" -> LiveRestore.Mode.OVERWRITE;
      default ->
          throw new IllegalArgumentException("'" + text + "' is neither create nor overwrite");
    };
  }

  private static ObjectLock objectLock(String text) {
    return switch (text) {
      case "governance" -> ObjectLock.GOVERNANCE;
      case "compliance" -> ObjectLock.COMPLIANCE;
      default ->
          throw new IllegalArgumentException("'" + text + "' is neither governance nor compliance");
    };
  }

  private static Instant instant(String text) {
    try {
      Instant instant = Instant.parse(text);
      if (!instant.isBefore(Instant.EPOCH)
          && instant.isBefore(Instant.parse("+10000-01-01T00:00:00Z"))) {
        return instant;
      }
    } catch (DateTimeParseException notAnInstant) {
      // reported below
    }
    throw new IllegalArgumentException(
        "'" + text + "' is not a time of 1970 to 9999 like 2020-02-03T21:00:00Z");
  }

  private static Path path(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("the name of a file must not be empty");
    }
    return Path.of(text); // InvalidPathException is an IllegalArgumentException
  }

  private static Output.Format format(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "text" -> Output.Format.TEXT;
      case "json" -> Output.Format.JSON;
      case "yaml" -> Output.Format.YAML;
      default ->
          throw new IllegalArgumentException("'" + text + "' is not a format; write text or json");
    };
  }

  private static BackupKey key(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("a key must not be empty; write PROJECT/NAME");
    }
    return BackupKey.parse(text);
  }

  private static ZoneId zone(String text) {
    try {
      return ZoneId.of(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a time zone; write Europe/Zurich or +01:00", e);
    }
  }

  private static Region region(String text) {
    if (!text.matches("[A-Za-z0-9-]{1,64}")) {
      throw new IllegalArgumentException("'" + text + "' is not the name of a region");
    }
    return Region.of(text);
  }
}
