package dev.etcdbackup.benchmarks;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tools people copy snapshots with, at their default settings. */
enum Copier {
  RCLONE("rclone", "rclone") {
    @Override
    List<String> copy(S3Target target, String from, String to) {
      return List.of("rclone", "-q", "copyto", from, to);
    }

    @Override
    String remote(S3Target target, String key) {
      return "bench:" + target.bucket() + '/' + key;
    }
  },
  AWS("aws", "awscli") {
    @Override
    List<String> copy(S3Target target, String from, String to) {
      String endpoint = target.endpoint().toString();
      return List.of("aws", "s3", "cp", "--only-show-errors", "--endpoint-url", endpoint, from, to);
    }

    @Override
    String remote(S3Target target, String key) {
      return "s3://" + target.bucket() + '/' + key;
    }
  };

  private final String program;
  private final String debianPackage;

  Copier(String program, String debianPackage) {
    this.program = program;
    this.debianPackage = debianPackage;
  }

  String program() {
    return program;
  }

  String debianPackage() {
    return debianPackage;
  }

  Command upload(Path file, S3Target target, String key) {
    List<String> words = copy(target, file.toString(), remote(target, key));
    return new Command(words, environment(target));
  }

  Command download(S3Target target, String key, Path file) {
    List<String> words = copy(target, remote(target, key), file.toString());
    return new Command(words, environment(target));
  }

  abstract List<String> copy(S3Target target, String from, String to);

  abstract String remote(S3Target target, String key);

  private static Map<String, String> environment(S3Target target) {
    Map<String, String> environment = new HashMap<>(target.awsEnvironment());
    // Whatever the user has set up for other stores is not for this one.
    environment.put("AWS_CONFIG_FILE", "/dev/null");
    environment.put("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    environment.put("AWS_EC2_METADATA_DISABLED", "true");
    // What newer versions add by default, Ceph before 20 refuses.
    environment.put("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required");
    environment.put("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required");
    environment.put("RCLONE_CONFIG", "/dev/null");
    environment.put("RCLONE_CONFIG_BENCH_TYPE", "s3");
    environment.put("RCLONE_CONFIG_BENCH_PROVIDER", target.isCeph() ? "Ceph" : "Other");
    environment.put("RCLONE_CONFIG_BENCH_ENV_AUTH", "true");
    environment.put("RCLONE_CONFIG_BENCH_ENDPOINT", target.endpoint().toString());
    return environment;
  }
}
