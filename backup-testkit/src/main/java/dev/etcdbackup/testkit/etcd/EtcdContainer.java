package dev.etcdbackup.testkit.etcd;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.DockerStatus;

/**
 * An etcd in a container, on the host's network and with the host's directory, so that everything
 * else is as with a binary. Requires Docker on Linux.
 */
final class EtcdContainer implements EtcdProcess {
  /** The version that is run by default. */
  static final String VERSION = "3.5.30";

  private static final String IMAGE = "quay.io/coreos/etcd:v";

  private final GenericContainer<?> container;

  private EtcdContainer(GenericContainer<?> container) {
    this.container = container;
  }

  /**
   * Runs one of etcd's tools in a container that has access to the temporary files, and waits until
   * it ends.
   */
  static String run(String program, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(List.of(arguments));
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    Path mine = Files.createTempFile("etcd-tool", ".uid");
    try (GenericContainer<?> tool = container(VERSION, command, temporary, mine)) {
      tool.withEnv(environment)
          .withStartupCheckStrategy(new OneShotStartupCheckStrategy())
          .withStartupTimeout(Duration.ofMinutes(1));
      try {
        tool.start();
      } catch (ContainerLaunchException e) {
        String said = tool.getLogs(OutputFrame.OutputType.STDERR).strip();
        throw new IOException(String.join(" ", command) + ": " + said, e);
      }
      return tool.getLogs(OutputFrame.OutputType.STDOUT);
    } finally {
      Files.delete(mine);
    }
  }

  @Override
  public boolean alive() {
    return container.isRunning();
  }

  @Override
  public void terminate() {
    container.getDockerClient().stopContainerCmd(container.getContainerId()).exec();
    container.stop();
  }

  @Override
  public void kill() {
    container.stop(); // Testcontainers kills
  }

  @Override
  public void pause() {
    container.getDockerClient().pauseContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void resume() {
    container.getDockerClient().unpauseContainerCmd(container.getContainerId()).exec();
  }

  /** Starts them. */
  record Launcher(String version) implements EtcdLauncher {
    @Override
    public EtcdProcess launch(List<String> arguments, Path directory, Path log) throws IOException {
      List<String> command = new ArrayList<>(List.of("etcd"));
      command.addAll(arguments);
      if (!Files.exists(log)) {
        Files.createFile(log);
      }
      GenericContainer<?> container = container(version, command, directory, directory);
      container.withLogConsumer(frame -> append(log, frame.getUtf8String()));
      container.withStartupCheckStrategy(new StartedStrategy());
      container.start();
      if (!container.isRunning()) {
        append(log, container.getLogs());
        container.stop();
      }
      return new EtcdContainer(container);
    }

    /**
     * Treats a server that has ended already, for example because its port is taken, as started.
     */
    private static final class StartedStrategy extends StartupCheckStrategy {
      @Override
      public StartupStatus checkStartupState(DockerClient client, String id) {
        InspectContainerResponse.ContainerState state = getCurrentState(client, id);
        return DockerStatus.isContainerRunning(state, null, Instant.now())
                || DockerStatus.isContainerStopped(state)
            ? StartupStatus.SUCCESSFUL
            : StartupStatus.NOT_YET_KNOWN;
      }
    }

    private static void append(Path log, String text) {
      try {
        Files.writeString(log, text, StandardCharsets.UTF_8, StandardOpenOption.APPEND);
      } catch (IOException gone) {
        // The server is being closed and its directory deleted, so the log is no longer needed.
      }
    }
  }

  /** Returns the owner of a file as the container's user, so that its files can be deleted. */
  private static GenericContainer<?> container(
      String version, List<String> command, Path directory, Path owned) throws IOException {
    String user =
        Files.getAttribute(owned, "unix:uid") + ":" + Files.getAttribute(owned, "unix:gid");
    return new GenericContainer<>(DockerImageName.parse(IMAGE + version))
        .withNetworkMode("host")
        .withFileSystemBind(directory.toString(), directory.toString(), BindMode.READ_WRITE)
        .withCreateContainerCmdModifier(create -> create.withUser(user))
        .withCommand(command.toArray(new String[0]));
  }
}
