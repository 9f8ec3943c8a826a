package dev.etcdbackup.testkit.etcd;

import dev.etcdbackup.testkit.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A builder of an etcd server or a cluster for tests. Not thread-safe. */
public final class EtcdServerBuilder {
  private static final int ATTEMPTS = 5;
  private static final long DEFAULT_QUOTA = 8L << 30;

  private boolean tls;
  private boolean clientCertificates;
  private @Nullable String rootPassword;
  private long quotaBytes = DEFAULT_QUOTA;
  private int maxRequestBytes; // 0: etcd's own
  private Optional<EtcdBinaries> binaries;
  private Optional<String> version = Optional.empty();
  private @Nullable DataDirMaker dataDirs;

  /**
   * @param binaries the binaries; empty for those of this machine
   */
  EtcdServerBuilder(Optional<EtcdBinaries> binaries) {
    this.binaries = binaries;
  }

  /**
   * Serves clients over TLS, with certificates made for the test.
   *
   * @return this
   */
  public EtcdServerBuilder tls() {
    tls = true;
    return this;
  }

  /**
   * Requires TLS with a client certificate of the test's authority.
   *
   * @return this
   */
  public EtcdServerBuilder clientCertificates() {
    clientCertificates = true;
    return tls();
  }

  /**
   * Sets the version. It is looked for among the {@link EtcdBinaries} of this machine, then run in
   * a container; when neither is available, the test ends as {@link Fixtures#missing} describes.
   *
   * @param version a minor version ({@code 3.5}) or a patch version ({@code 3.5.30})
   * @return this
   * @throws IllegalArgumentException when it is neither
   */
  public EtcdServerBuilder version(String version) {
    if (!version.matches("\\d+\\.\\d+(\\.\\d+)?")) {
      throw new IllegalArgumentException("version must be like 3.5 or 3.5.30, not " + version);
    }
    this.binaries = Optional.empty();
    this.version = Optional.of(version);
    return this;
  }

  /**
   * Starts the members with existing data. When authentication is enabled in these data, set {@link
   * #rootPassword}, which then only logs in.
   *
   * @param maker creates the data directory of each member
   * @return this
   */
  public EtcdServerBuilder dataDirs(DataDirMaker maker) {
    dataDirs = Objects.requireNonNull(maker, "maker");
    return this;
  }

  /**
   * Enables authentication after the start.
   *
   * @param password the password of the user {@code root}
   * @return this
   */
  public EtcdServerBuilder rootPassword(String password) {
    rootPassword = Objects.requireNonNull(password, "password");
    return this;
  }

  /**
   * Sets the quota of the database. Default: 8 GiB.
   *
   * @param quotaBytes the quota in bytes, 0 or more; 0 is etcd's own default of 2 GiB
   * @return this
   * @throws IllegalArgumentException when it is negative
   */
  public EtcdServerBuilder quotaBytes(long quotaBytes) {
    if (quotaBytes < 0) {
      throw new IllegalArgumentException("quotaBytes must be 0 or more, not " + quotaBytes);
    }
    this.quotaBytes = quotaBytes;
    return this;
  }

  /**
   * Sets how large a request may be. Default: etcd's own, 1.5 MiB.
   *
   * @param maxRequestBytes the limit in bytes, 1 or more
   * @return this
   * @throws IllegalArgumentException when it is less than 1
   */
  public EtcdServerBuilder maxRequestBytes(int maxRequestBytes) {
    if (maxRequestBytes < 1) {
      throw new IllegalArgumentException(
          "maxRequestBytes must be 1 or more, not " + maxRequestBytes);
    }
    this.maxRequestBytes = maxRequestBytes;
    return this;
  }

  /**
   * Starts a server.
   *
   * @return the running server; the caller closes it
   * @throws IOException when it is not ready within 1 minute; the message contains the end of its
   *     log
   */
  public EtcdServer start() throws IOException {
    Optional<GivenEtcd> given = GivenEtcd.find();
    if (given.isPresent() && withoutSettings()) {
      return EtcdServer.at(given.get());
    }
    return startMembers(1).get(0);
  }

  /**
   * Starts a cluster.
   *
   * @param members the number of members, 1 or more
   * @return the cluster, which has a leader; the caller closes it
   * @throws IllegalArgumentException when there is no member
   * @throws IOException when a member is not ready within 1 minute; the message contains the end of
   *     its log, and all members are stopped
   */
  public EtcdCluster startCluster(int members) throws IOException {
    if (members < 1) {
      throw new IllegalArgumentException("members must be 1 or more, not " + members);
    }
    return new EtcdCluster(this, startMembers(members));
  }

  /** Adds a learner to a cluster with these settings, and starts it. */
  EtcdServer startLearner(List<EtcdServer> members) throws IOException {
    EtcdAddress address = EtcdAddress.free(1, tls).get(0);
    String id = EtcdStart.addLearner(members.get(0).gateway(), address.peer());
    List<EtcdAddress> all = new ArrayList<>(members.stream().map(EtcdServer::address).toList());
    all.add(address);
    EtcdCertificates certificates = tls ? members.get(0).certificates() : null;
    EtcdServer learner = launch(launcher(), address, certificates, "existing", all);
    try {
      learner.awaitReady(Optional.of(id));
      return learner;
    } catch (IOException | RuntimeException | Error e) {
      learner.close();
      throw e;
    }
  }

  private EtcdLauncher launcher() {
    if (binaries.isPresent()) {
      return new LocalEtcd.Launcher(binaries.get().directory().resolve("etcd"));
    }
    return version.isPresent() ? EtcdLauncher.find(version.get()) : EtcdLauncher.find();
  }

  private boolean withoutSettings() {
    return !tls
        && rootPassword == null
        && dataDirs == null
        && quotaBytes == DEFAULT_QUOTA
        && maxRequestBytes == 0
        && binaries.isEmpty()
        && version.isEmpty();
  }

  private List<EtcdServer> startMembers(int count) throws IOException {
    EtcdLauncher launcher = launcher();
    EtcdCertificates certificates = tls ? EtcdCertificates.shared() : null;
    for (int attempt = 1; ; attempt++) {
      try {
        return startMembers(launcher, certificates, EtcdAddress.free(count, tls));
      } catch (EtcdStart.PortTakenException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private List<EtcdServer> startMembers(
      EtcdLauncher launcher, @Nullable EtcdCertificates certificates, List<EtcdAddress> addresses)
      throws IOException {
    List<EtcdServer> members = new ArrayList<>();
    try {
      for (EtcdAddress address : addresses) {
        EtcdServer member = launch(launcher, address, certificates, "new", addresses);
        members.add(member);
        if (rootPassword != null && dataDirs != null) {
          member.loginAsRoot(rootPassword);
        }
      }
      for (EtcdServer member : members) {
        member.awaitReady(Optional.empty());
      }
      if (rootPassword != null && dataDirs == null) {
        members.get(0).gateway().enableAuthentication(rootPassword);
        members.forEach(member -> member.loginAsRoot(rootPassword));
      }
      return members;
    } catch (IOException | RuntimeException | Error e) { // an assertion of a DataDirMaker, too
      try {
        EtcdCluster.closeAll(members);
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  private EtcdServer launch(
      EtcdLauncher launcher,
      EtcdAddress address,
      @Nullable EtcdCertificates certificates,
      String state,
      List<EtcdAddress> members)
      throws IOException {
    Path directory = Files.createTempDirectory("etcd-test");
    try {
      List<String> arguments = new ArrayList<>();
      arguments.add("--name=" + address.name());
      arguments.add("--data-dir=" + directory.resolve("data"));
      arguments.add("--listen-client-urls=" + address.client());
      arguments.add("--advertise-client-urls=" + address.client());
      arguments.add("--listen-peer-urls=" + address.peer());
      arguments.add("--initial-advertise-peer-urls=" + address.peer());
      arguments.add("--initial-cluster=" + EtcdAddress.cluster(members));
      arguments.add("--initial-cluster-token=" + members.get(0).name());
      arguments.add("--initial-cluster-state=" + state);
      arguments.add("--quota-backend-bytes=" + quotaBytes);
      if (maxRequestBytes > 0) {
        arguments.add("--max-request-bytes=" + maxRequestBytes);
      }
      arguments.add("--bcrypt-cost=4"); // fast logins; the passwords are not secret
      if (certificates != null) {
        arguments.addAll(tlsArguments(certificates, directory));
      }
      if (dataDirs != null && state.equals("new")) {
        dataDirs.make(
            new DataDirMaker.NewMember(
                members.indexOf(address),
                address.name(),
                address.peer().toString(),
                EtcdAddress.cluster(members),
                members.get(0).name()),
            directory.resolve("data"));
      }
      return new EtcdServer(launcher, address, arguments, directory, certificates);
    } catch (IOException | RuntimeException | Error e) {
      EtcdStart.delete(directory);
      throw e;
    }
  }

  private List<String> tlsArguments(EtcdCertificates certificates, Path directory)
      throws IOException {
    // Copies, because a container has access to this directory only.
    List<String> arguments = new ArrayList<>();
    arguments.add("--cert-file=" + copy(certificates.server(), directory));
    arguments.add("--key-file=" + copy(certificates.serverKey(), directory));
    if (clientCertificates) {
      arguments.add("--client-cert-auth");
      arguments.add("--trusted-ca-file=" + copy(certificates.ca(), directory));
    }
    return arguments;
  }

  private static Path copy(Path file, Path directory) throws IOException {
    return Files.copy(file, directory.resolve(file.getFileName()));
  }
}
