package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.cli.config.EncodingConfig;
import dev.etcdbackup.cli.config.StoreAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import software.amazon.awssdk.regions.Region;

/** The store that is copied to, and how to connect to it. */
final class TargetOptions {
  @Option(
      names = "--to",
      required = true,
      paramLabel = "URL",
      description = "The store to copy to: file:///DIR, which must exist, or s3://BUCKET[/PREFIX].")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private StoreAddress address;

  @Option(
      names = "--to-endpoint",
      converter = Converters.S3.class,
      paramLabel = "URL",
      description = "The S3 server of --to. Default: that of --s3-endpoint.")
  private @Nullable URI endpoint;

  @Option(
      names = "--to-region",
      paramLabel = "REGION",
      description = "The region of --to. Default: that of --s3-region.")
  private @Nullable Region region;

  @Option(
      names = "--to-ca",
      paramLabel = "FILE",
      description = "PEM certificates to trust for --to-endpoint. Default: those of --s3-ca.")
  private @Nullable Path ca;

  @Option(
      names = "--to-profile",
      paramLabel = "NAME",
      description =
          "The profile of ~/.aws whose credentials are used for --to. Default: the credentials of"
              + " the environment, as for --store.")
  private @Nullable String profile;

  @Option(
      names = "--parallel",
      converter = Converters.Count.class,
      paramLabel = "N",
      description = "How many backups are copied at once, 1 to 64. Default: 4.")
  private int parallelism = 4;

  @Option(
      names = "--server-side",
      description =
          "Let the S3 server copy, which must hold both stores: no byte passes through here, and"
              + " the backups are not verified.")
  boolean serverSide;

  @Option(
      names = "--encode",
      paramLabel = "none|zstd[:LEVEL]",
      description =
          "Decode the backups on the way and store them plain or compressed with zstd,"
              + " under names with the suffix of the encoding. Tarballs and other names are"
              + " copied as they are.")
  private @Nullable String encode;

  @Option(
      names = "--encrypt-to",
      paramLabel = "PUBKEY",
      description =
          "Encode them again, encrypted to the OpenPGP public keys in this file. Repeat it for"
              + " further recipients.")
  private List<Path> encryptTo = List.of();

  /** How backups are encoded again on the way; empty when they are copied as they are. */
  Optional<EncodingConfig> encoding() throws UsageException {
    if (encode == null && encryptTo.isEmpty()) {
      return Optional.empty();
    }
    try {
      EncodingConfig config =
          encode == null || encode.equals("none")
              ? EncodingConfig.NONE
              : EncodingConfig.compress(encode);
      return Optional.of(config.encryptingTo(encryptTo));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--encode: " + e.getMessage());
    }
  }

  int parallelism() throws UsageException {
    if (parallelism > 64) {
      throw new UsageException("--parallel: must be 1 to 64, not " + parallelism);
    }
    return parallelism;
  }

  /** Opens the target, which is not the store that is read. */
  StoreOptions.OpenStore open(StoreOptions from) throws UsageException, BackupException {
    boolean sameServer = endpoint == null || endpoint.equals(from.s3Endpoint);
    if (from.required().isSameStore(address, sameServer)) {
      throw new UsageException("--to: is the store of --store");
    }
    return from.other(endpoint, region, ca, profile).open(address);
  }
}
