package dev.etcdbackup.testkit.etcd;

import dev.etcdbackup.testkit.Fixtures;
import java.net.URI;
import java.util.Optional;

/** An etcd that was started outside the tests, which therefore do not stop it. */
record GivenEtcd(URI endpoint) implements EtcdProcess {
  static final String VARIABLE = "ETCDBACKUP_ETCD_ENDPOINT";

  /** Returns the etcd that the environment variable names. */
  static Optional<GivenEtcd> find() {
    String address = System.getenv(VARIABLE);
    return address == null || address.isEmpty() ? Optional.empty() : Optional.of(of(address));
  }

  static GivenEtcd of(String address) {
    if (!address.matches("http://[^/@]+:\\d{1,5}")) {
      throw new IllegalArgumentException(
          VARIABLE + " must be http://HOST:PORT, not '" + address + "'");
    }
    return new GivenEtcd(URI.create(address));
  }

  @Override
  public boolean alive() {
    return true;
  }

  @Override
  public void terminate() {
    requireOwn();
  }

  @Override
  public void kill() {
    requireOwn();
  }

  @Override
  public void pause() {
    requireOwn();
  }

  @Override
  public void resume() {
    requireOwn();
  }

  @Override
  public void requireOwn() {
    throw Fixtures.missing(
        "the test needs an etcd of its own, and that at "
            + endpoint
            + " is not: unset "
            + VARIABLE);
  }

  @Override
  public void release() {}
}
