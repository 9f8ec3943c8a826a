package dev.etcdbackup.testkit.etcd;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * An etcd run in a container: on the host's network and in the host's folder, so that all else is
 * as with a binary. That takes Docker on Linux.
 */
final class EtcdContainer implements EtcdProcess {
  private static final DockerImageName IMAGE = DockerImageName.parse("quay.io/coreos/etcd:v3.5.30");

  private final GenericContainer<?> container;

  private EtcdContainer(GenericContainer<?> container) {
    this.container = container;
  }

  /** Whether there is a Docker to run it. */
  static boolean dockerRuns() {
    return DockerClientFactory.instance().isDockerAvailable();
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
  record Launcher() implements EtcdLauncher {
    @Override
    public EtcdProcess launch(List<String> arguments, Path folder, Path log) throws IOException {
      List<String> command = new ArrayList<>(List.of("etcd"));
      command.addAll(arguments);
      String user =
          Files.getAttribute(folder, "unix:uid") + ":" + Files.getAttribute(folder, "unix:gid");
      GenericContainer<?> container = new GenericContainer<>(IMAGE);
      container
          .withNetworkMode("host")
          .withFileSystemBind(folder.toString(), folder.toString(), BindMode.READ_WRITE)
          .withCreateContainerCmdModifier(create -> create.withUser(user))
          .withCommand(command.toArray(new String[0]))
          .withLogConsumer(frame -> append(log, frame.getUtf8String()))
          .start();
      return new EtcdContainer(container);
    }

    private static void append(Path log, String text) {
      try {
        Files.writeString(
            log,
            text,
            StandardCharsets.UTF_8,
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      } catch (IOException gone) {
        // The server is being closed and its folder deleted: nobody reads the log any more.
      }
    }
  }
}
