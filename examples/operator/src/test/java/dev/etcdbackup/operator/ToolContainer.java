package dev.etcdbackup.operator;

import dev.etcdbackup.testkit.kubernetes.TestKubelet;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * Runs the command line tool as the container of a Job: with its arguments, its environment and the
 * Secrets that it mounts, and nothing else of the environment of the tests.
 */
final class ToolContainer implements TestKubelet.Jobs {
  private final KubernetesClient client;
  private final String namespace;
  private final Path directory;
  private int runs;

  ToolContainer(KubernetesClient client, String namespace, Path directory) {
    this.client = client;
    this.namespace = namespace;
    this.directory = directory;
  }

  /** How many Jobs were run. */
  int runs() {
    return runs;
  }

  @Override
  public void run(PodSpec pod, Path dataDir) throws IOException {
    Path root = Files.createDirectory(directory.resolve("job-" + runs++));
    Container container = pod.getContainers().get(0);
    for (VolumeMount mount : container.getVolumeMounts()) {
      mount(pod, mount, root);
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + root,
                "-cp",
                System.getProperty("java.class.path"),
                "dev.etcdbackup.cli.EtcdBackupCommand"));
    for (String argument : container.getArgs()) {
      boolean data = command.get(command.size() - 1).equals("--data-dir");
      command.add(data ? dataDir.toString() : outside(argument, root));
    }
    Path log = root.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> !name.equals("PATH"));
    for (EnvVar variable : container.getEnv()) {
      environment.put(
          variable.getName(),
          variable.getValueFrom() == null
              ? outside(variable.getValue(), root)
              : of(variable.getValueFrom().getSecretKeyRef()));
    }
    Process process = builder.start();
    process.getOutputStream().close();
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException(Files.readString(log).strip());
    }
  }

  /** Where a file of the container is outside of it. */
  private static String outside(String path, Path root) {
    return path.startsWith("/etc/") ? root + path : path;
  }

  private void mount(PodSpec pod, VolumeMount mount, Path root) throws IOException {
    for (Volume volume : pod.getVolumes()) {
      if (volume.getName().equals(mount.getName()) && volume.getSecret() != null) {
        Path at = Files.createDirectories(Path.of(outside(mount.getMountPath(), root)));
        for (Map.Entry<String, String> entry :
            secret(volume.getSecret().getSecretName()).getData().entrySet()) {
          Files.write(at.resolve(entry.getKey()), Base64.getDecoder().decode(entry.getValue()));
        }
      }
    }
  }

  private String of(SecretKeySelector entry) {
    return new String(
        Base64.getDecoder().decode(secret(entry.getName()).getData().get(entry.getKey())),
        StandardCharsets.UTF_8);
  }

  private Secret secret(String name) {
    return client.secrets().inNamespace(namespace).withName(name).get();
  }
}
