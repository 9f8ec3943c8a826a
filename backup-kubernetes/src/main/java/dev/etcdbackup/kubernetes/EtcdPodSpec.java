package dev.etcdbackup.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the specification of a pod says of the etcd in it: under which URL clients reach it, and
 * which Secrets they need. Reads etcd's flags and environment variables, and knows the names of
 * volumes with client certificates that the etcd operator, etcd-druid and Bitnami's chart give.
 */
final class EtcdPodSpec {
  private static final int PORT = 2379;
  private static final Pattern REFERENCE = Pattern.compile("\\$\\(([-._a-zA-Z0-9]+)\\)");
  private static final Set<String> CLIENT_CERTIFICATES =
      Set.of("etcd-client-tls", "client-url-etcd-client-tls", "etcd-client-certs");
  private static final Set<String> AUTHORITIES = Set.of("etcd-ca", "client-url-ca-etcd");

  private final PodSpec spec;
  private final @Nullable Container etcd;

  EtcdPodSpec(PodSpec spec) {
    this.spec = spec;
    this.etcd = etcd(spec.getContainers());
  }

  /** Whether a container has this environment variable with this value. */
  boolean hasVariable(String name, String value) {
    return spec.getContainers().stream()
        .flatMap(one -> one.getEnv().stream())
        .anyMatch(one -> name.equals(one.getName()) && value.equals(one.getValue()));
  }

  /**
   * Returns the client URL of one pod.
   *
   * @param host the pod's name in DNS, for an etcd that does not say its own
   * @param tls whether clients need TLS, for an etcd that does not say so
   * @throws IllegalArgumentException when it says something that is no URL
   */
  URI endpoint(String namespace, String pod, String host, boolean tls) {
    Optional<String> advertised =
        setting("advertise-client-urls")
            .map(value -> expand(value, namespace, pod))
            .map(value -> value.split(",", 2)[0].strip())
            .filter(value -> !value.contains("$(") && value.startsWith("http"));
    if (advertised.isPresent() && !isLocal(advertised.get())) {
      return URI.create(advertised.get());
    }
    boolean secure =
        advertised
            .map(url -> url.startsWith("https"))
            .orElse(tls || setting("cert-file").isPresent());
    return URI.create((secure ? "https://" : "http://") + host + ":" + clientPort());
  }

  /** Returns the Secrets that a client needs, as far as the specification says so. */
  EtcdSecrets secrets() {
    EtcdSecrets secrets = EtcdSecrets.none();
    Optional<String> client = secretOf(CLIENT_CERTIFICATES);
    Optional<Mounted> certificate = fileOf("cert-file");
    Optional<Mounted> key = fileOf("key-file");
    boolean ownFiles =
        certificate.isPresent()
            && key.isPresent()
            && certificate.get().secret().equals(key.get().secret())
            && client.map(certificate.get().secret()::equals).orElse(true);
    if (ownFiles) { // also the names of the entries are known
      secrets =
          secrets.withCertificate(
              certificate.get().secret(), certificate.get().key(), key.get().key());
    } else if (client.isPresent()) {
      secrets = secrets.withCertificate(client.get(), null, null);
    }
    Optional<String> authorities = secretOf(AUTHORITIES);
    Optional<Mounted> trusted = fileOf("trusted-ca-file");
    if (authorities.isPresent()) {
      secrets = secrets.withAuthorities(authorities.get(), trustedEntry(authorities.get()));
    } else if (trusted.isPresent()) {
      secrets = secrets.withAuthorities(trusted.get().secret(), trusted.get().key());
    } else if (client.isPresent()) {
      secrets = secrets.withAuthorities(client.get(), null);
    }
    Optional<Mounted> password = rootPassword();
    return password.isPresent()
        ? secrets.withUser("root", password.get().secret(), password.get().key())
        : secrets;
  }

  /**
   * A file that a container has from a Secret.
   *
   * @param secret the name of the Secret
   * @param key the key of its entry
   */
  private record Mounted(String secret, String key) {}

  private static @Nullable Container etcd(List<Container> containers) {
    return containers.stream()
        .filter(one -> one.getName().equals("etcd"))
        .findFirst()
        .or(
            () ->
                containers.stream()
                    .filter(one -> setting(one, "advertise-client-urls").isPresent())
                    .findFirst())
        .orElse(containers.isEmpty() ? null : containers.get(0));
  }

  private Optional<String> setting(String flag) {
    return etcd == null ? Optional.empty() : setting(etcd, flag);
  }

  /** The value of a flag of etcd, or of the environment variable that etcd reads instead. */
  private static Optional<String> setting(Container container, String flag) {
    List<String> words =
        Stream.of(container.getCommand(), container.getArgs())
            .flatMap(List::stream)
            .flatMap(word -> Stream.of(word.strip().split("\\s+")))
            .toList();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i).replaceFirst("^--?", "");
      if (word.startsWith(flag + "=")) {
        return Optional.of(word.substring(flag.length() + 1));
      }
      if (word.equals(flag) && words.get(i).startsWith("-") && i + 1 < words.size()) {
        return Optional.of(words.get(i + 1));
      }
    }
    String variable = "ETCD_" + flag.toUpperCase(java.util.Locale.ROOT).replace('-', '_');
    return container.getEnv().stream()
        .filter(one -> one.getName().equals(variable) && one.getValue() != null)
        .map(EnvVar::getValue)
        .findFirst();
  }

  /** Replaces {@code $(NAME)} as the kubelet does, as far as the values are known here. */
  private String expand(String value, String namespace, String pod) {
    Map<String, String> known = new HashMap<>();
    for (EnvVar one : Objects.requireNonNull(etcd).getEnv()) {
      if (one.getValue() != null) {
        known.put(one.getName(), one.getValue());
      } else if (one.getValueFrom() != null && one.getValueFrom().getFieldRef() != null) {
        switch (one.getValueFrom().getFieldRef().getFieldPath()) {
          case "metadata.name" -> known.put(one.getName(), pod);
          case "metadata.namespace" -> known.put(one.getName(), namespace);
          default -> {} // the address of the pod, for example
        }
      }
    }
    String expanded = value;
    for (int depth = 0; depth < 3; depth++) { // a value may refer to another one
      Matcher reference = REFERENCE.matcher(expanded);
      expanded =
          reference.replaceAll(
              match -> Matcher.quoteReplacement(known.getOrDefault(match.group(1), match.group())));
    }
    return expanded;
  }

  private static boolean isLocal(String url) {
    String host = URI.create(url).getHost();
    return host == null
        || host.equals("localhost")
        || host.startsWith("127.")
        || host.equals("0.0.0.0");
  }

  private int clientPort() {
    return etcd == null
        ? PORT
        : etcd.getPorts().stream()
            .filter(one -> "client".equals(one.getName()))
            .map(ContainerPort::getContainerPort)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(PORT);
  }

  private Optional<String> secretOf(Set<String> volumes) {
    return spec.getVolumes().stream()
        .filter(one -> volumes.contains(one.getName()))
        .flatMap(one -> secretOf(one).stream())
        .findFirst();
  }

  private static Optional<String> secretOf(Volume volume) {
    return Optional.ofNullable(volume.getSecret()).map(one -> one.getSecretName());
  }

  /**
   * The entry of a Secret that a container trusts as a client of etcd: {@code --cacert} of
   * etcd-druid's container backup-restore. Null when there is none.
   */
  private @Nullable String trustedEntry(String secret) {
    return spec.getContainers().stream()
        .flatMap(one -> setting(one, "cacert").flatMap(file -> mounted(one, file)).stream())
        .filter(one -> one.secret().equals(secret))
        .map(Mounted::key)
        .findFirst()
        .orElse(null);
  }

  /** The entry of a Secret that is the file of a setting of etcd. */
  private Optional<Mounted> fileOf(String flag) {
    return etcd == null
        ? Optional.empty()
        : setting(etcd, flag).flatMap(file -> mounted(etcd, file));
  }

  /** Finds the entry of a Secret that a container has as this file. */
  private Optional<Mounted> mounted(Container container, String file) {
    for (VolumeMount mount : container.getVolumeMounts()) {
      String directory = mount.getMountPath().replaceFirst("/*$", "/");
      if (!file.startsWith(directory)) {
        continue;
      }
      String path = file.substring(directory.length());
      for (Volume volume : spec.getVolumes()) {
        Optional<String> secret = secretOf(volume);
        if (volume.getName().equals(mount.getName()) && secret.isPresent()) {
          return Optional.of(new Mounted(secret.get(), key(volume, path)));
        }
      }
    }
    return Optional.empty();
  }

  private static String key(Volume volume, String path) {
    List<KeyToPath> items = volume.getSecret().getItems();
    return items.stream()
        .filter(one -> path.equals(one.getPath()))
        .map(KeyToPath::getKey)
        .findFirst()
        .orElse(path);
  }

  /** In a variable, or in a file, as Bitnami's chart has it since its version 12. */
  private Optional<Mounted> rootPassword() {
    if (etcd == null) {
      return Optional.empty();
    }
    return etcd.getEnv().stream()
        .filter(one -> one.getName().equals("ETCD_ROOT_PASSWORD"))
        .flatMap(one -> Stream.ofNullable(one.getValueFrom()))
        .flatMap(one -> Stream.ofNullable(one.getSecretKeyRef()))
        .map(one -> new Mounted(one.getName(), one.getKey()))
        .findFirst()
        .or(() -> fileOf("root-password-file"));
  }

  /** Whether clients must show a certificate. */
  boolean asksForCertificates() {
    return etcd != null
        && (setting("client-cert-auth").filter(value -> !value.equals("false")).isPresent()
            || Stream.of(etcd.getCommand(), etcd.getArgs())
                .flatMap(List::stream)
                .anyMatch(word -> word.equals("--client-cert-auth")));
  }
}
