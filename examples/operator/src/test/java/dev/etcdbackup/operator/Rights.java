package dev.etcdbackup.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The rights that are delivered, each as {@code GROUP/RESOURCE VERB}. */
final class Rights {
  private static final Path DEPLOY = Path.of("../../deploy");

  private Rights() {}

  /** Those of the operator, which the chart has too. */
  static Set<String> ofOperator() throws IOException {
    return granted(DEPLOY.resolve("kustomize/rbac.yaml"));
  }

  /** Those that are added for restores. */
  static Set<String> ofRestores() throws IOException {
    return granted(DEPLOY.resolve("restore/rbac.yaml"));
  }

  static Set<String> ofBoth() throws IOException {
    Set<String> all = ofOperator();
    all.addAll(ofRestores());
    return all;
  }

  private static Set<String> granted(Path file) throws IOException {
    Set<String> granted = new TreeSet<>();
    try (InputStream in = Files.newInputStream(file)) {
      for (Object one : (List<?>) new KubernetesSerialization().unmarshal(in)) {
        if (((HasMetadata) one) instanceof ClusterRole role) {
          role.getRules().stream().flatMap(Rights::of).forEach(granted::add);
        }
      }
    }
    return granted;
  }

  private static Stream<String> of(PolicyRule rule) {
    return rule.getApiGroups().stream()
        .flatMap(group -> rule.getResources().stream().map(resource -> group + "/" + resource))
        .flatMap(what -> rule.getVerbs().stream().map(verb -> what + " " + verb));
  }
}
