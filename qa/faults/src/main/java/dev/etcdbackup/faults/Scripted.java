package dev.etcdbackup.faults;

import dev.etcdbackup.testkit.faults.Fault;
import java.io.IOException;
import java.nio.file.Path;

/** A fault of the testkit, played by a store, a source or a proxy. */
record Scripted(Fault fault) implements Trouble {
  @Override
  public Backend backend(TestServers servers, Case testCase, Path directory) throws IOException {
    return servers.backend(testCase, fault, directory.resolve("store"));
  }

  @Override
  public int fired() {
    return fault.fired();
  }

  @Override
  public void end() {
    fault.end();
  }
}
