package dev.etcdbackup.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerCpuTest {
  @TempDir Path directory;

  @Test
  void aServerThatThisProcessStartedIsSeenByTheNameOfItsProgram() throws Exception {
    Path program = Files.copy(Path.of("/bin/bash"), directory.resolve("etcd"));
    assertThat(program.toFile().setExecutable(true)).isTrue();
    ServerCpu servers = new ServerCpu(directory);
    assertThat(servers.seconds()).isEmpty();
    String work = "for i in {1..200000}; do :; done; echo done; read line";
    Process server = new ProcessBuilder(program.toString(), "-c", work).start();
    try {
      assertThat(server.inputReader().readLine()).isEqualTo("done");

      Map<String, Double> taken = servers.secondsSince(Map.of());

      assertThat(taken).containsOnlyKeys("etcd");
      assertThat(taken.get("etcd")).isPositive();
      assertThat(servers.secondsSince(Map.of("etcd", 1000.0)).get("etcd")).isNegative();
    } finally {
      server.destroy();
    }
  }

  @Test
  void aProcessOfCephThatIsGoneOrHasAnotherNameIsLeftOut() throws Exception {
    long here = ProcessHandle.current().pid();
    Files.writeString(directory.resolve("pids"), "osd " + here + " 1\nrgw 4194999 1\n");
    assertThat(new ServerCpu(directory).seconds()).isEmpty();
  }

  @Test
  void whatServersTakeIsAddedUpOverSteps() {
    Measurement save = new Measurement(1, 2, 3).beside(Map.of("etcd", 4.0));
    Measurement upload = new Measurement(1, 2, 3).beside(Map.of("etcd", 0.5, "radosgw", 6.0));

    Measurement both = save.then(upload);

    assertThat(both.serverSeconds()).isEqualTo(Map.of("etcd", 4.5, "radosgw", 6.0));
    assertThat(List.of(both.serverSeconds("radosgw"), both.serverSeconds("ceph-osd")))
        .containsExactly(6.0, 0.0);
  }
}
