package dev.etcdbackup.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A real server that has its reasons to refuse. */
final class Denied implements Trouble {
  private final Denial denial;
  private @Nullable S3Site site;
  private @Nullable S3Backend backend;
  private int fired;

  Denied(Denial denial) {
    this.denial = denial;
  }

  @Override
  public Backend backend(TestServers servers, Case testCase, Path directory) throws IOException {
    site = denial.site(servers.site(testCase.backend()));
    backend = site.backend(null, false, testCase.requestTimeout());
    return backend;
  }

  @Override
  public void begin(Backend unused) {
    S3Site there = Objects.requireNonNull(site);
    denial.begin(there);
    fired = denial.isDenied(there) ? 1 : 0;
    Objects.requireNonNull(backend).goThrough(denial.client(there), denial.bucket(there));
  }

  @Override
  public int fired() {
    return fired;
  }

  @Override
  public void end() {
    denial.end(Objects.requireNonNull(site));
    Objects.requireNonNull(backend).goRight();
  }

  @Override
  public void close() {
    denial.close(Objects.requireNonNull(site));
  }
}
