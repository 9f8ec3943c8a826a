package dev.etcdbackup.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The operator runs with canaries in its Secrets, in a process of its own whose loggers are turned
 * on, and everything that it logs and writes into resources and events is searched for them.
 */
@Tag("server")
@Timeout(180)
class OperatorCanaryTest {
  @TempDir private Path directory;

  @Test
  void whatIsInSecretsIsPrintedNowhere() throws Exception {
    Path file = directory.resolve("printed");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1", // it lives for seconds
                    "-Xmx256m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "-Dorg.slf4j.simpleLogger.defaultLogLevel=info",
                    "-Dorg.slf4j.simpleLogger.log.dev.etcdbackup=trace",
                    "-Dorg.slf4j.simpleLogger.log.io.javaoperatorsdk=debug",
                    "-Dorg.slf4j.simpleLogger.log.software.amazon.awssdk=debug",
                    // Prints what it signs, which holds the session token; never the key.
                    "-Dorg.slf4j.simpleLogger.log.software.amazon.awssdk.http.auth=info",
                    "-Dorg.slf4j.simpleLogger.logFile=System.out",
                    OperatorCanaryRun.class.getName()))
            .redirectErrorStream(true)
            .redirectOutput(file.toFile())
            .start();
    try {
      process.getOutputStream().close();
      assertThat(process.waitFor(160, TimeUnit.SECONDS)).as("ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    String printed = Files.readString(file, StandardCharsets.ISO_8859_1);

    assertThat(printed).contains(OperatorCanaryRun.END);
    assertThat(printed).as("our loggers are on").contains(" KubernetesStore - ");
    assertThat(printed)
        .as("each way to fail was taken")
        .contains(
            "403 AccessDenied",
            "only one of the entries",
            "is not an AWS shared file",
            "caPem",
            "there is no Secret missing",
            "there is no such Secret",
            "RESTORE_DATA: restore p/etcd.backup",
            "BackupFailed");
    assertThat(printed).doesNotContain(OperatorCanaryRun.CANARIES);
  }
}
