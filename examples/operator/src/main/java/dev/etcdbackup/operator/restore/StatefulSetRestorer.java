package dev.etcdbackup.operator.restore;

import dev.etcdbackup.SourceException;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.kubernetes.recovery.ClusterRestoreException;
import dev.etcdbackup.kubernetes.recovery.EtcdStatefulSet;
import dev.etcdbackup.kubernetes.recovery.RestorePreview;
import dev.etcdbackup.kubernetes.recovery.RestoreProgress;
import dev.etcdbackup.kubernetes.recovery.RestoreState;
import dev.etcdbackup.kubernetes.recovery.RestoreStep;
import dev.etcdbackup.kubernetes.recovery.RestoreTool;
import dev.etcdbackup.kubernetes.recovery.StatefulSetRestore;
import dev.etcdbackup.operator.StoreAddress;
import dev.etcdbackup.recovery.Approval;
import dev.etcdbackup.service.BackupService;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restores a StatefulSet by Jobs that run the command line tool. The backup is downloaded and
 * verified before anything is stopped; the old volumes are kept. How far it is stands in the
 * resource, so that another process goes on with it.
 */
public final class StatefulSetRestorer implements Restorer {
  private static final Logger LOG = LoggerFactory.getLogger(StatefulSetRestorer.class);
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final KubernetesClient client;
  private final String image;
  private final Duration betweenLooks;
  private final UnaryOperator<EtcdStatefulSet.Builder> addresses;

  /**
   * Creates it.
   *
   * @param client the client; remains the caller's
   * @param image the image of the tool, for the Jobs
   */
  public StatefulSetRestorer(KubernetesClient client, String image) {
    this(client, image, Duration.ofSeconds(2), set -> set);
  }

  /** For members that no template describes. */
  StatefulSetRestorer(
      KubernetesClient client,
      String image,
      Duration betweenLooks,
      UnaryOperator<EtcdStatefulSet.Builder> addresses) {
    this.client = client;
    this.image = image;
    this.betweenLooks = betweenLooks;
    this.addresses = addresses;
  }

  @Override
  public RestorePreview preview(RestoreOrder order) throws IOException {
    return restore(order).preview(order.backup());
  }

  @Override
  public void restore(RestoreOrder order, BackupService backups, RestoreProgress progress)
      throws IOException, InterruptedException {
    Optional<RestoreState> saved = persistently(progress::load);
    if (saved.isEmpty() && order.settings().rollBack()) {
      throw new IOException("there is nothing to roll back: the restore has changed nothing");
    }
    StatefulSetRestore restore = persistently(() -> restore(order));
    RestoreState state =
        saved.isPresent()
            ? resumed(restore, order, saved.get())
            : persistently(() -> begin(restore, order, backups));
    save(progress, state);
    while (!state.step().isLast()) {
      RestoreState last = state;
      RestoreState next = persistently(() -> advance(restore, last));
      boolean waits = next.step() == last.step();
      if (!next.equals(last)) {
        save(progress, next);
      }
      state = next;
      if (waits) {
        Thread.sleep(betweenLooks.toMillis());
      }
    }
  }

  private void save(RestoreProgress progress, RestoreState state)
      throws IOException, InterruptedException {
    RestoreState unused =
        persistently(
            () -> {
              progress.save(state);
              return state;
            });
  }

  /** The state to go on from, which is another one when the resource asks for that. */
  static RestoreState resumed(StatefulSetRestore restore, RestoreOrder order, RestoreState saved) {
    boolean isBack =
        saved.step() == RestoreStep.ROLL_BACK || saved.step() == RestoreStep.ROLLED_BACK;
    RestoreState state = order.settings().rollBack() && !isBack ? restore.rollBack(saved) : saved;
    while (state.attempt() < order.settings().attempt()) {
      state = state.retried(InstantSource.system().instant());
    }
    return state;
  }

  /**
   * The members may be stopped by now, so an API server that is away for a while does not end a
   * restore: what it does not answer is asked again without a limit, what it answers with an error
   * of its own for ten minutes.
   */
  private <T> T persistently(Request<T> request) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    while (true) {
      try {
        return request.run();
      } catch (ClusterRestoreException e) {
        throw e;
      } catch (IOException e) {
        OptionalInt answer = answer(e);
        boolean waits =
            answer.isPresent()
                && (answer.getAsInt() <= 0
                    || (passes(answer.getAsInt())
                        && System.nanoTime() - begun < PATIENCE.toNanos()));
        if (!waits || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        LOG.warn("the restore waits for the API server: {}", e.getMessage());
      }
      Thread.sleep(betweenLooks.toMillis());
    }
  }

  /** Too many requests, or a failure of its own. */
  private static boolean passes(int code) {
    return code == 429 || code >= 500;
  }

  /** What the API server answered; 0 when it did not, empty when it was not asked. */
  private static OptionalInt answer(IOException failure) {
    for (Throwable one = failure; one != null; one = one.getCause()) {
      if (one instanceof KubernetesClientException asked) {
        return OptionalInt.of(asked.getCode());
      }
    }
    return OptionalInt.empty();
  }

  private interface Request<T> {
    T run() throws IOException;
  }

  private static RestoreState advance(StatefulSetRestore restore, RestoreState state)
      throws IOException {
    try {
      return restore.advance(state);
    } catch (UncheckedIOException e) { // of a connection
      throw new IOException(Objects.requireNonNull(e.getCause()).getMessage(), e);
    }
  }

  private static RestoreState begin(
      StatefulSetRestore restore, RestoreOrder order, BackupService backups) throws IOException {
    Path directory = downloadsOf(order);
    deleteAll(directory); // what a process left that was killed during the download
    createPrivate(directory);
    try {
      Path file = directory.resolve("snapshot.db");
      backups.download(order.backup(), file);
      return restore.begin(Approval.by(order.approvedBy()), order.backup(), file);
    } finally {
      deleteAll(directory);
    }
  }

  /** The same for each process that carries out a restore, so that the next one can empty it. */
  static Path downloadsOf(RestoreOrder order) {
    String uid = order.owner().uid().replaceAll("[^-A-Za-z0-9]", "_");
    return Path.of(System.getProperty("java.io.tmpdir"), "etcd-restore-" + uid);
  }

  private static void createPrivate(Path directory) throws IOException {
    boolean isPosix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    Path unused =
        isPosix
            ? Files.createDirectory(
                directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")))
            : Files.createDirectory(directory);
  }

  private static void deleteAll(Path directory) throws IOException {
    if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private StatefulSetRestore restore(RestoreOrder order) throws IOException {
    RestoreOrder.Settings settings = order.settings();
    String namespace = order.owner().namespace();
    EtcdStatefulSet.Builder set = EtcdStatefulSet.builder(namespace, order.statefulSet());
    if (settings.peerUrls() != null) {
      set.peerUrls(settings.peerUrls());
    }
    if (settings.clientUrls() != null) {
      set.clientUrls(settings.clientUrls());
    }
    StatefulSetRestore.Builder restore =
        StatefulSetRestore.builder(
                client, addresses.apply(set).build(), tool(order.store(), settings))
            .connections(url -> connect(order, url));
    settings.restart().forEach(restore::restart);
    return restore.build();
  }

  private EtcdConnection connect(RestoreOrder order, URI url) {
    try {
      return order.settings().secrets().connect(client, order.owner().namespace(), List.of(url));
    } catch (SourceException e) {
      throw new UncheckedIOException(e);
    }
  }

  private RestoreTool tool(StoreAddress store, RestoreOrder.Settings settings) throws IOException {
    String prefix = store.prefix().isEmpty() ? "" : "/" + store.prefix();
    RestoreTool.Builder tool =
        RestoreTool.builder(image, "s3://" + store.bucket() + prefix)
            .options(settings.options().toArray(String[]::new));
    String endpoint = store.endpoint();
    if (endpoint != null) {
      tool.storeArguments("--s3-endpoint", endpoint);
    }
    String region = store.region();
    if (region != null) {
      tool.storeArguments("--s3-region", region);
    }
    String secret = store.secret();
    if (secret != null && !settings.rollBack()) { // which runs no Jobs
      tool.storeSecret(secret(store.namespace(), secret));
    }
    return tool.build();
  }

  private Secret secret(String namespace, String name) throws IOException {
    String what = "Secret " + name + " of namespace " + namespace;
    try {
      @Nullable Secret secret = client.secrets().inNamespace(namespace).withName(name).get();
      if (secret == null) {
        throw new IOException("there is no " + what);
      }
      return secret;
    } catch (KubernetesClientException e) {
      throw new IOException(what + " cannot be read: " + e.getMessage(), e);
    }
  }
}
