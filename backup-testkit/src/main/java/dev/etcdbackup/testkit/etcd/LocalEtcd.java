package dev.etcdbackup.testkit.etcd;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** An etcd run from a binary of this machine. It does not outlive the JVM. */
final class LocalEtcd implements EtcdProcess {
  private final Process process;
  private final Thread killer;

  private LocalEtcd(Process process) {
    this.process = process;
    this.killer = new Thread(process::destroyForcibly, "etcd-killer");
    Runtime.getRuntime().addShutdownHook(killer);
  }

  @Override
  public boolean alive() {
    return process.isAlive();
  }

  @Override
  public void terminate() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while etcd was ending");
    }
  }

  @Override
  public void kill() {
    process.destroyForcibly();
    process.onExit().join();
    try {
      Runtime.getRuntime().removeShutdownHook(killer);
    } catch (IllegalStateException shuttingDown) {
      // Then the hook has nothing left to do.
    }
  }

  @Override
  public void pause() throws IOException {
    signal("STOP");
  }

  @Override
  public void resume() throws IOException {
    signal("CONT");
  }

  private void signal(String name) throws IOException {
    // The shell's own kill: a bare machine has no other.
    Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid()).start();
    if (kill.onExit().join().exitValue() != 0) {
      throw new IOException("SIG" + name + " could not be sent to process " + process.pid());
    }
  }

  /** Starts them. */
  record Launcher(Path binary) implements EtcdLauncher {
    @Override
    public EtcdProcess launch(List<String> arguments, Path directory, Path log) throws IOException {
      List<String> command = new ArrayList<>(List.of(binary.toString()));
      command.addAll(arguments);
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      Map<String, String> environment = builder.environment();
      environment.keySet().removeIf(name -> name.startsWith("ETCD_"));
      if (System.getProperty("os.arch").equals("aarch64")) {
        environment.put("ETCD_UNSUPPORTED_ARCH", "arm64"); // 3.4 wants to be asked
      }
      Process process = builder.start();
      process.getOutputStream().close();
      return new LocalEtcd(process);
    }
  }
}
