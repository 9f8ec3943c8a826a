package dev.etcdbackup.kubernetes.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Values that no API server wrote: each is an object or a value with a problem. */
class HostileValuesTest {
  private static final int MUTANTS = 50 * Integer.getInteger("etcdbackup.test.share", 100);

  @Test
  void mutantsOfObjects() {
    List<Golden> goldens = Golden.all();
    for (int seed = 0; seed < MUTANTS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] value = goldens.get(random.nextInt(goldens.size())).value();
      StoredObject object = Golden.decoded("/registry/pods/a/b", mutant(random, value));
      assertThat(object.problem().isPresent())
          .as("mutant %d", seed)
          .isEqualTo(object.manifest().isEmpty());
      object.owners();
      object.manifest().ifPresent(Manifest::withHiddenSecrets);
      object.manifest().ifPresent(Manifest::withoutServerFields);
    }
  }

  private static byte[] mutant(SplittableRandom random, byte[] value) {
    byte[] mutant = value.clone();
    switch (random.nextInt(4)) {
      case 0 -> mutant = Arrays.copyOf(mutant, random.nextInt(mutant.length));
      case 1 -> mutant[random.nextInt(mutant.length)] ^= (byte) (1 << random.nextInt(8));
      case 2 -> {
        for (int i = random.nextInt(8); i >= 0; i--) {
          mutant[4 + random.nextInt(mutant.length - 4)] = (byte) random.nextInt(256);
        }
      }
      default -> {
        int from = random.nextInt(mutant.length);
        int to = random.nextInt(mutant.length);
        int length = random.nextInt(mutant.length - Math.max(from, to));
        System.arraycopy(value, from, mutant, to, length);
      }
    }
    return mutant;
  }

  @Test
  void jsonOfEveryKind() {
    for (String json :
        List.of(
            "{",
            "{}",
            "[]",
            "null",
            "{\"kind\":1,\"apiVersion\":\"v1\"}",
            "{\"a\":1e99999999999}",
            "{\"kind\":\"A\",\"apiVersion\":\"v1\"} x",
            "{\"kind\":\"A\",\"apiVersion\":null}",
            "{\"a\":".repeat(5000),
            "{\"a\":" + "9".repeat(5000) + "}",
            "")) {
      StoredObject object =
          Golden.decoded("/registry/x/a/b", json.getBytes(StandardCharsets.UTF_8));
      assertThat(object.form()).as(json).isEqualTo(StoredObject.Form.UNREADABLE);
      assertThat(object.problem()).isPresent();
    }
    StoredObject odd =
        Golden.decoded(
            "/registry/x/a/b",
            "{\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"metadata\":[],\"data\":5}"
                .getBytes(StandardCharsets.UTF_8));
    assertThat(odd.owners()).isEmpty();
    assertThat(odd.manifest().orElseThrow().withHiddenSecrets().withoutServerFields()).isNotNull();
  }

  /** Two bytes make a container with all its fields. */
  @Test
  void smallValuesDoNotMakeLargeTrees() {
    ByteArrayOutputStream containers = new ByteArrayOutputStream();
    for (int i = 0; i < 700_000; i++) {
      containers.write((2 << 3) | 2);
      containers.write(0);
    }
    ByteArrayOutputStream pod = new ByteArrayOutputStream();
    field(pod, 2, containers.toByteArray());
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    value.writeBytes(new byte[] {'k', '8', 's', 0, 10, 9, 10, 2, 'v', '1', 18, 3, 'P', 'o', 'd'});
    field(value, 2, pod.toByteArray());
    StoredObject object = Golden.decoded("/registry/pods/a/b", value.toByteArray());
    assertThat(object.problem()).contains("has more than 500000 fields");
  }

  @Test
  void aTimeAtTheEndOfAllNumbersIsAProblem() {
    ByteArrayOutputStream time = new ByteArrayOutputStream();
    time.writeBytes(new byte[] {8, -1, -1, -1, -1, -1, -1, -1, -1, 127}); // seconds: 2^63 - 1
    time.writeBytes(new byte[] {16, -128, -88, -42, -71, 7}); // nanoseconds: 2,000,000,000
    ByteArrayOutputStream spec = new ByteArrayOutputStream();
    field(spec, 4, time.toByteArray()); // renewTime
    ByteArrayOutputStream lease = new ByteArrayOutputStream();
    field(lease, 2, spec.toByteArray());
    ByteArrayOutputStream type = new ByteArrayOutputStream();
    field(type, 1, "coordination.k8s.io/v1".getBytes(StandardCharsets.UTF_8));
    field(type, 2, "Lease".getBytes(StandardCharsets.UTF_8));
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    value.writeBytes(new byte[] {'k', '8', 's', 0});
    field(value, 1, type.toByteArray());
    field(value, 2, lease.toByteArray());

    StoredObject object = Golden.decoded("/registry/leases/a/b", value.toByteArray());

    assertThat(object.problem()).contains("has a time beyond all calendars");
  }

  private static void field(ByteArrayOutputStream out, int number, byte[] bytes) {
    out.write((number << 3) | 2);
    for (int length = bytes.length; ; length >>>= 7) {
      out.write(length < 0x80 ? length : (length & 0x7f) | 0x80);
      if (length < 0x80) {
        break;
      }
    }
    out.writeBytes(bytes);
  }
}
