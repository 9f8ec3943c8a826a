package dev.etcdbackup.kubernetes.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Objects are shown as Kubernetes' own serializer shows them. */
class GoldenObjectsTest {
  @ParameterizedTest
  @MethodSource("dev.etcdbackup.kubernetes.objects.Golden#all")
  void theTreeIsThatOfKubernetes(Golden golden) {
    StoredObject object = golden.decoded();
    assertThat(object.problem()).isEmpty();
    assertThat(object.unknownFields()).isZero();
    assertThat(object.apiVersion()).isEqualTo(golden.apiVersion());
    assertThat(object.kind()).isEqualTo(golden.kind());
    assertThat(object.form()).isEqualTo(StoredObject.Form.PROTOBUF);
    Map<String, ?> fields = object.manifest().orElseThrow().fields();
    assertThat(differences(golden, object)).isEmpty();
    assertThat((Object) fields).isEqualTo(golden.tree());
  }

  @SuppressWarnings("unchecked")
  private static List<String> differences(Golden golden, StoredObject object) {
    return new Manifest((Map<String, Object>) golden.tree())
        .differences(object.manifest().orElseThrow());
  }

  @Test
  void allKindsOfToday() {
    Set<String> kinds = new HashSet<>();
    Golden.all().forEach(golden -> kinds.add(golden.toString()));
    assertThat(kinds)
        .hasSizeGreaterThan(50)
        .contains(
            "v1 Pod", "v1 Secret", "apps/v1 Deployment", "autoscaling/v2 HorizontalPodAutoscaler");
  }

  @Test
  void customResourcesAreShownAsTheyAreStored() {
    String json =
        "{\"kind\":\"Widget\",\"metadata\":{\"name\":\"w\",\"namespace\":\"n\",\"uid\":\"u\","
            + "\"ownerReferences\":[{\"kind\":\"Shop\",\"name\":\"s\",\"uid\":\"v\",\"controller\":true}]},"
            + "\"apiVersion\":\"example.com/v1\",\"spec\":{\"n\":9007199254740993,\"x\":[null,1.50]}}";
    StoredObject object =
        Golden.decoded("/registry/example.com/widgets/n/w", json.getBytes(StandardCharsets.UTF_8));
    assertThat(object.form()).isEqualTo(StoredObject.Form.JSON);
    assertThat(object.toString()).isEqualTo("Widget n/w");
    assertThat(object.uid()).isEqualTo("u");
    assertThat(object.owners()).containsExactly(new OwnerReference("Shop", "s", "v", true));
    assertThat((Object) object.manifest().orElseThrow().fields())
        .isEqualTo(new Golden("", "", "", json).tree());
    assertThat(object.isOf("widget")).isTrue();
    assertThat(object.isOf("widgets.example.com")).isTrue();
    assertThat(object.isOf("Widget.example.org")).isFalse();
    assertThat(object.isOf("Gadget")).isFalse();
  }

  @Test
  void aKindThatIsNotKnownIsNamed() {
    byte[] value = {'k', '8', 's', 0, 10, 10, 10, 3, 'x', '/', '1', 18, 3, 'F', 'o', 'o'};
    StoredObject object = Golden.decoded("/registry/x.io/foos/ns/name", value);
    assertThat(object.form()).isEqualTo(StoredObject.Form.UNREADABLE);
    assertThat(object.toString()).isEqualTo("Foo ns/name");
    assertThat(object.problem()).contains("is of a kind that Kubernetes 1.34 does not have");
  }

  @Test
  void keysNameWhatTheyHold() {
    assertThat(ObjectKey.parse("pods/default/web"))
        .isEqualTo(new ObjectKey("", "pods", "default", "web"));
    assertThat(ObjectKey.parse("minions/node-1"))
        .isEqualTo(new ObjectKey("", "nodes", "", "node-1"));
    assertThat(ObjectKey.parse("services/specs/default/web"))
        .isEqualTo(new ObjectKey("", "services", "default", "web"));
    assertThat(ObjectKey.parse("services/endpoints/default/web"))
        .isEqualTo(new ObjectKey("", "endpoints", "default", "web"));
    assertThat(ObjectKey.parse("cert-manager.io/certificates/default/web"))
        .isEqualTo(new ObjectKey("cert-manager.io", "certificates", "default", "web"));
    assertThat(ObjectKey.parse("apiregistration.k8s.io/apiservices/v1."))
        .isEqualTo(new ObjectKey("apiregistration.k8s.io", "apiservices", "", "v1."));
    assertThat(ObjectKey.parse("lost")).isEqualTo(new ObjectKey("", "", "", "lost"));
  }
}
