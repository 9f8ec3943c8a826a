package dev.etcdbackup.faults;

import dev.etcdbackup.testkit.faults.Fault;
import dev.etcdbackup.testkit.faults.FaultProxy;
import dev.etcdbackup.testkit.faults.Operation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The process that does the job is killed with SIGKILL at a point: everything stalls there, in a
 * proxy before the server or in the process itself, so that it is known to be in the midst of it.
 */
final class Killed implements Trouble {
  private static final Duration STEP = Duration.ofMillis(50);
  private static final int SIGKILLED = 128 + 9;

  private final KillPoint point;
  private final Fault fault;
  private @Nullable FaultProxy proxy;
  private @Nullable List<String> place;
  private @Nullable S3Site site;
  private @Nullable Case testCase;
  private @Nullable Path directory;
  private int fired;

  Killed(KillPoint point) {
    this.point = point;
    this.fault = point.fault();
  }

  @Override
  public Backend backend(TestServers servers, Case testCase, Path directory) throws IOException {
    this.testCase = testCase;
    this.directory = directory;
    if (testCase.backend() == Backend.Kind.DIRECTORY) {
      Path store = directory.resolve("store");
      place = List.of(store.toString());
      return DirectoryBackend.withoutFault(store);
    }
    S3Site site = servers.site(testCase.backend());
    String prefix = site.newPrefix();
    this.site = site;
    proxy = FaultProxy.s3(site.endpoint());
    if (!inTheProcess()) {
      proxy.add(fault);
    }
    place = List.of(site.bucket(), prefix);
    return new S3Backend(site, prefix, null, null, testCase.requestTimeout());
  }

  /** Starts the process, waits until it reaches the chosen point, and kills it. */
  @Override
  public Work.Done run(Work work) throws IOException, InterruptedException {
    Process process = process().start();
    process.getOutputStream().close();
    List<String> said = new ArrayList<>();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      boolean reached = inTheProcess() ? hears(out, said) : sees(process);
      boolean alive = process.isAlive();
      int status = process.destroyForcibly().waitFor();
      if (!reached || !alive || status != SIGKILLED) {
        out.lines().forEach(said::add);
        return new Work.Done(
            Outcome.OTHER, "not killed but ended, " + status + ": " + said, List.of());
      }
    }
    fired = 1;
    return new Work.Done(Outcome.KILLED, "", wrongFiles());
  }

  private boolean inTheProcess() {
    return proxy == null || point.operation() == Operation.SNAPSHOT;
  }

  private static boolean hears(BufferedReader out, List<String> said) throws IOException {
    String line = out.readLine();
    while (line != null && !line.equals(Victim.REACHED)) {
      said.add(line);
      line = out.readLine();
    }
    return line != null;
  }

  private boolean sees(Process process) throws InterruptedException {
    while (process.isAlive()) {
      try {
        fault.awaitFired(1, STEP);
        return true;
      } catch (TimeoutException e) {
        // not yet
      }
    }
    return false;
  }

  private ProcessBuilder process() {
    Case testCase = Objects.requireNonNull(this.testCase);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=off");
    command.add(Victim.class.getName());
    command.addAll(
        List.of(testCase.backend().name(), testCase.job().name(), directory().toString()));
    command.addAll(inTheProcess() ? point.words() : KillPoint.NOWHERE);
    command.addAll(Objects.requireNonNull(place));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    if (site != null && proxy != null) {
      builder.environment().put("ETCDBACKUP_RGW_ENDPOINT", proxy.endpoint().toString());
      builder.environment().put("ETCDBACKUP_RGW_ACCESS_KEY", site.server().accessKey());
      builder.environment().put("ETCDBACKUP_RGW_SECRET_KEY", site.server().secretKey());
    }
    return builder;
  }

  /** A file under its name is whole, whatever else is there. */
  private List<String> wrongFiles() throws IOException {
    Path got = directory().resolve("got-1");
    if (!Files.exists(got)) {
      return List.of();
    }
    byte[] whole =
        Snapshots.earlier(Objects.requireNonNull(testCase).job()).get(Snapshots.newestKey());
    return Arrays.equals(Files.readAllBytes(got), whole)
        ? List.of()
        : List.of("there is a file of a killed read");
  }

  private Path directory() {
    return Objects.requireNonNull(directory);
  }

  @Override
  public int fired() {
    return fired;
  }

  /** What the process sent and the server has not had yet is lost. */
  @Override
  public void end() throws IOException {
    if (proxy != null) {
      proxy.close();
    }
    fault.end();
  }

  @Override
  public boolean kills() {
    return true;
  }
}
