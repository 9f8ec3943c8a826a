package dev.etcdbackup.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.operator.coreos.EtcdBackup;
import dev.etcdbackup.operator.restore.EtcdRestore;
import io.fabric8.crdv2.generator.CRDGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The definitions in deploy/crds are those of the classes; {@code -Dupdate=true} writes them. */
@Tag("server") // the generator takes seconds
class DefinitionsTest {
  private static final Path DIRECTORY = Path.of("../../deploy/crds");

  @Test
  void theDeliveredDefinitionsAreGeneratedFromTheClasses() throws IOException {
    Map<String, String> generated = generate();
    assertThat(generated).hasSize(4);
    for (Map.Entry<String, String> each : generated.entrySet()) {
      Path file = DIRECTORY.resolve(each.getKey());
      if (Boolean.getBoolean("update")) {
        Files.createDirectories(DIRECTORY);
        Files.writeString(file, each.getValue());
      }
      assertThat(file).as("run this test with -Dupdate=true").hasContent(each.getValue());
    }
  }

  private static Map<String, String> generate() throws IOException {
    Map<String, ByteArrayOutputStream> files = new TreeMap<>();
    try (CRDGenerator.CRDOutput<ByteArrayOutputStream> output = new InMemory(files)) {
      new CRDGenerator()
          .customResourceClasses(
              EtcdBackupSchedule.class,
              EtcdRestore.class,
              EtcdBackup.class,
              dev.etcdbackup.operator.coreos.EtcdRestore.class)
          .withMinQuotes(true)
          .withOutput(output)
          .generate();
    }
    Map<String, String> texts = new TreeMap<>();
    files.forEach(
        (name, bytes) ->
            texts.put(
                name.replaceAll("-v1$", "") + ".yaml",
                withoutNoise(bytes.toString(StandardCharsets.UTF_8))));
    return texts;
  }

  /** An older definition that kept unknown fields is to stop that when this one is applied. */
  private static String withoutNoise(String yaml) {
    String text = yaml.replaceAll("(?m)^(#.*|---)\\R", "");
    return "# Generated from the classes of examples/operator by DefinitionsTest.\n"
        + text.replaceFirst("(?m)^  scope: ", "  preserveUnknownFields: false\n  scope: ");
  }

  private record InMemory(Map<String, ByteArrayOutputStream> files)
      implements CRDGenerator.CRDOutput<ByteArrayOutputStream> {
    @Override
    public ByteArrayOutputStream outputFor(String name) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      files.put(name, bytes);
      return bytes;
    }

    @Override
    public void close() {}
  }
}
