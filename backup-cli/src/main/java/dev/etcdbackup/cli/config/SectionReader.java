package dev.etcdbackup.cli.config;

import dev.etcdbackup.retention.RetentionPolicy;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads what several parts of the configuration have: etcd servers, encodings, retention. */
final class SectionReader {
  private final Path directory;

  /**
   * @param directory where relative paths start
   */
  SectionReader(Path directory) {
    this.directory = directory;
  }

  /**
   * Reads how servers of etcd are reached.
   *
   * @param endpoints the name of the field that lists them
   */
  EtcdConfig etcd(String endpoints, FieldReader fields) throws ConfigException {
    List<URI> members = new ArrayList<>();
    for (ConfigNode node : fields.items(endpoints)) {
      members.add(FieldReader.convert(endpoints, node, EndpointUrl::etcd));
    }
    Optional<TlsFiles> tls = tls(fields);
    Optional<String> user = fields.value("user", ValueSyntax::text);
    Optional<Path> passwordFile = fields.value("passwordFile", this::path);
    if (user.isPresent() != passwordFile.isPresent()) {
      throw fields.refuse(
          user.isPresent() ? "user" : "passwordFile", "'user' and 'passwordFile' go together");
    }
    return new EtcdConfig(members, tls, user, passwordFile);
  }

  private Optional<TlsFiles> tls(FieldReader cluster) throws ConfigException {
    Optional<FieldReader> found = cluster.fields("tls");
    if (found.isEmpty()) {
      return Optional.empty();
    }
    FieldReader fields = found.get();
    Optional<Path> ca = fields.value("ca", this::path);
    Optional<Path> cert = fields.value("cert", this::path);
    Optional<Path> key = fields.value("key", this::path);
    fields.end();
    if (cert.isPresent() != key.isPresent()) {
      throw fields.refuse(cert.isPresent() ? "cert" : "key", "'cert' and 'key' go together");
    }
    return Optional.of(new TlsFiles(ca, cert, key));
  }

  /** Reads {@code encoding}; empty when there is none. */
  Optional<EncodingConfig> encoding(FieldReader of) throws ConfigException {
    Optional<FieldReader> found = of.fields("encoding");
    if (found.isEmpty()) {
      return Optional.empty();
    }
    FieldReader fields = found.get();
    Optional<EncodingConfig> compress = fields.value("compress", SectionReader::compression);
    Optional<Integer> level = fields.value("level", EncodingConfig::level);
    if (level.isPresent() && compress.flatMap(EncodingConfig::zstdLevel).isEmpty()) {
      throw fields.refuse("level", "'level' needs 'compress: zstd'");
    }
    List<Path> encryptTo = new ArrayList<>();
    for (ConfigNode file : fields.items("encryptTo")) {
      encryptTo.add(FieldReader.convert("encryptTo", file, this::path));
    }
    Optional<SigningFiles> signWith = signing(fields);
    fields.end();
    EncodingConfig compressed = compress.orElse(EncodingConfig.NONE);
    return Optional.of(
        new EncodingConfig(
            level.isPresent() ? level : compressed.zstdLevel(), encryptTo, signWith));
  }

  private Optional<SigningFiles> signing(FieldReader fields) throws ConfigException {
    Optional<Path> key = fields.value("signWith", this::path);
    Optional<Path> passphrase = fields.value("passphraseFile", this::path);
    if (passphrase.isPresent() && key.isEmpty()) {
      throw fields.refuse("passphraseFile", "'passphraseFile' needs 'signWith'");
    }
    return key.map(file -> new SigningFiles(file, passphrase));
  }

  private static EncodingConfig compression(String text) {
    return switch (text) {
      case "zstd" -> EncodingConfig.compress(text);
      case "none" -> EncodingConfig.NONE;
      default -> throw new IllegalArgumentException("must be zstd or none, not '" + text + "'");
    };
  }

  /** Either 'keep', or the simple tiers joined by "or". */
  static Optional<RetentionPolicy> retention(FieldReader fields) throws ConfigException {
    Optional<RetentionPolicy> all = Optional.empty();
    for (RetentionTier tier : RetentionTier.values()) {
      Optional<RetentionPolicy> one = fields.value(tier.field(), tier::policy);
      if (one.isPresent()) {
        all = all.map(policy -> policy.or(one.get())).or(() -> one);
      }
    }
    Optional<RetentionPolicy> policy = fields.value("keep", RetentionText::parse);
    if (policy.isPresent() && all.isPresent()) {
      throw fields.refuse("keep", "'keep' excludes 'keepLast' and the other simple policies");
    }
    Optional<RetentionPolicy> kept = policy.isPresent() ? policy : all;
    Optional<Integer> atLeast = fields.value("keepAtLeast", RetentionTier::count);
    if (atLeast.isPresent() && kept.isEmpty()) {
      throw fields.refuse("keepAtLeast", "'keepAtLeast' needs 'keep' or a simple policy beside it");
    }
    return kept.map(one -> atLeast.isPresent() ? one.atLeast(atLeast.get()) : one);
  }

  Path path(String text) {
    return directory.resolve(
        ValueSyntax.text(text)); // InvalidPathException is an IllegalArgumentException
  }
}
