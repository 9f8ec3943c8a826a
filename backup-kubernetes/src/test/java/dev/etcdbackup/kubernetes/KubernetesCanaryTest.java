package dev.etcdbackup.kubernetes;

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
 * What is made of Secrets is run with canaries in them, in a process of its own whose loggers are
 * turned on, and everything that it prints is searched for them: logs, stack traces, events,
 * conditions, texts of objects.
 */
@Tag("server")
@Timeout(120)
class KubernetesCanaryTest {
  @TempDir private Path directory;

  @Test
  void whatIsInSecretsIsPrintedNowhere() throws Exception {
    String printed = run();

    assertThat(printed).contains(KubernetesCanaryRun.END);
    assertThat(printed)
        .as("our loggers are on")
        .contains(" dev.etcdbackup.kubernetes.KubernetesStore ");
    assertThat(printed)
        .as("each way to fail was taken")
        .contains(
            "is not an AWS shared file",
            "only one of the entries",
            "403 AccessDenied",
            "is not base64",
            "holds no certificate",
            "name: \"AWS_SECRET_ACCESS_KEY\"", // a Job of a restore
            "LastBackupSucceeded",
            "BackupFailed");
    assertThat(printed).doesNotContain(KubernetesCanaryRun.CANARIES);
  }

  private String run() throws Exception {
    Path file = directory.resolve("printed");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1", // it lives for seconds
                    "-Xmx256m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "-Dorg.slf4j.simpleLogger.log.dev.etcdbackup=trace",
                    // On trace it prints what it receives, which holds Secrets.
                    "-Dorg.slf4j.simpleLogger.log.io.fabric8=debug",
                    "-Dorg.slf4j.simpleLogger.log.software.amazon.awssdk=debug",
                    // Prints what it signs, which holds the session token; never the key.
                    "-Dorg.slf4j.simpleLogger.log.software.amazon.awssdk.http.auth=info",
                    // The API server of the test.
                    "-Dorg.slf4j.simpleLogger.log.io.fabric8.kubernetes.client.server=info",
                    "-Dorg.slf4j.simpleLogger.logFile=System.out",
                    KubernetesCanaryRun.class.getName()))
            .redirectErrorStream(true)
            .redirectOutput(file.toFile())
            .start();
    try {
      process.getOutputStream().close();
      assertThat(process.waitFor(100, TimeUnit.SECONDS)).as("ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }
}
