package dev.etcdbackup.kubernetes.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManifestTest {
  private static final Manifest SECRET =
      new Manifest(
          Map.of(
              "apiVersion",
              "v1",
              "kind",
              "Secret",
              "metadata",
              Map.of(
                  "name", "db",
                  "uid", "1-2-3",
                  "creationTimestamp", "2020-02-03T20:45:48Z",
                  "annotations",
                      Map.of(
                          "kubectl.kubernetes.io/last-applied-configuration",
                          "{\"data\":{\"password\":\"aHVudGVyMg==\"}}",
                          "note",
                          "kept")),
              "data",
              Map.of("password", "aHVudGVyMg==")));

  @Test
  void nothingOfASecretIsShown() {
    Manifest hidden = SECRET.withHiddenSecrets();
    assertThat(hidden.fields().toString())
        .doesNotContain("aHVudGVyMg")
        .contains("kept", "db", "password");
    assertThat(SECRET).as("which a log may print").hasToString("Manifest[v1 Secret]");
    assertThat(hidden.fields().get("data"))
        .isEqualTo(Map.of("password", "(hidden, 12 characters)"));
    Manifest other =
        new Manifest(Map.of("kind", "ConfigMap", "apiVersion", "v1", "data", Map.of()));
    assertThat(other.withHiddenSecrets()).isSameAs(other);
  }

  @Test
  void whatServersSetIsLeftOut() {
    Manifest left =
        new Manifest(
                Map.of(
                    "kind", "Pod",
                    "metadata", Map.of("name", "web", "uid", "u", "labels", Map.of("a", "b")),
                    "spec", Map.of("x", 1L),
                    "status", Map.of("phase", "Running")))
            .withoutServerFields();
    assertThat((Object) left.fields())
        .isEqualTo(
            Map.of(
                "kind", "Pod",
                "metadata", Map.of("name", "web", "labels", Map.of("a", "b")),
                "spec", Map.of("x", 1L)));
  }

  @Test
  void differencesAreNamedByTheirPaths() {
    Manifest one =
        new Manifest(
            Map.of(
                "spec", Map.of("replicas", 3L, "containers", List.of(Map.of("image", "a:1"))),
                "metadata", Map.of("labels", Map.of("app.kubernetes.io/name", "x"))));
    Manifest other =
        new Manifest(
            Map.of(
                "spec",
                Map.of(
                    "replicas", 2L, "containers", List.of(Map.of("image", "a:2")), "paused", true),
                "metadata",
                Map.of("labels", Map.of("app.kubernetes.io/name", "y"))));
    assertThat(one.differences(other))
        .containsExactly(
            "metadata.labels[app.kubernetes.io/name]",
            "spec.containers[0].image",
            "spec.paused",
            "spec.replicas");
    assertThat(one.differences(one)).isEmpty();
  }
}
