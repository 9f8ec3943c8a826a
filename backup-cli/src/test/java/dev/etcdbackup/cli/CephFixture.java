package dev.etcdbackup.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.testkit.Fixtures;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** A Ceph of the test's own, by {@code fixtures/ceph}, whose gateway may be stopped and started. */
final class CephFixture implements AutoCloseable {
  private static final Pattern EXPORT = Pattern.compile("export (\\w+)=(.*)");

  private final Path script;
  private final Path directory;
  private final Map<String, String> variables = new HashMap<>();

  private CephFixture(Path script, Path directory) {
    this.script = script;
    this.directory = directory;
  }

  /**
   * Starts it, where Ceph is at hand: where there is a gateway for the other tests.
   *
   * @param directory an empty directory for all its state
   */
  static CephFixture start(Path directory) throws IOException {
    S3Server.ceph().close();
    CephFixture ceph = new CephFixture(script(), directory);
    ceph.run("up");
    for (String line : Files.readAllLines(directory.resolve("env"))) {
      Matcher export = EXPORT.matcher(line);
      if (export.matches()) {
        ceph.variables.put(export.group(1), export.group(2));
      }
    }
    return ceph;
  }

  /** A client of its gateway. */
  S3Client client() {
    return S3Clients.forRgw(URI.create(variables.get("ETCDBACKUP_RGW_ENDPOINT")))
        .credentials(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(
                    variables.get("ETCDBACKUP_RGW_ACCESS_KEY"),
                    variables.get("ETCDBACKUP_RGW_SECRET_KEY"))))
        .build();
  }

  /** Ends the gateway; what is stored stays. */
  void stopGateway() throws IOException {
    run("stop");
  }

  /** Starts the gateway again, and waits until it serves. */
  void startGateway() throws IOException {
    run("start");
  }

  @Override
  public void close() throws IOException {
    run("down");
  }

  private void run(String command) throws IOException {
    Process process =
        new ProcessBuilder(script.toString(), command, directory.toString())
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(directory.resolveSibling("log").toFile()))
            .start();
    process.getOutputStream().close();
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException(
          script + " " + command + ": " + Files.readString(directory.resolveSibling("log"), UTF_8));
    }
  }

  private static Path script() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path script = at.resolve("fixtures/ceph");
      if (Files.isExecutable(script)) {
        return script;
      }
    }
    throw Fixtures.missing("no fixtures/ceph above " + Path.of("").toAbsolutePath());
  }
}
