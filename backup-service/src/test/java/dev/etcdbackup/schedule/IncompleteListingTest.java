package dev.etcdbackup.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.IncompleteListingException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a store that cannot list one of its objects still allows, and what it does not. */
@Timeout(60)
class IncompleteListingTest {
  private static final String ODD = "p/odd";

  @Test
  void backupsAreTakenAndNothingIsPruned() throws Exception {
    VirtualSchedulerRuntime runtime = new VirtualSchedulerRuntime(World.START);
    InMemoryBackupStore inner = new InMemoryBackupStore(runtime::now);
    World world = new World(runtime, new Partial(inner), builder -> builder);
    world.store.put(BackupKey.parse(ODD), Content.of(InputStream.nullInputStream(), 0));
    world.add(
        "p",
        cluster ->
            cluster
                .schedule(Schedule.every(Duration.ofHours(1)))
                .retention(RetentionPolicy.keepLast(1)));

    world.pass(Duration.ofHours(2));

    assertThat(inner.list("p")).as("three backups and the odd object").hasSize(4);
    assertThat(world.events.failures).isEmpty();
    assertThat(world.events.all).contains("not pruned p: p/odd cannot be listed");
    assertThat(world.events.all).noneMatch(line -> line.startsWith("pruned"));
    assertThat(world.scheduler.coverage().projects())
        .singleElement()
        .satisfies(one -> assertThat(one.row().newest()).isPresent());
  }

  @Test
  void theServiceReadsByTheRestOfTheListAndDeletesNothing() throws Exception {
    World world =
        new World(
            new VirtualSchedulerRuntime(World.START),
            new Partial(new InMemoryBackupStore()),
            b -> b);
    BackupKey old = world.stored("p", World.START.minusSeconds(60));
    BackupKey newest = world.stored("p", World.START);
    world.store.put(BackupKey.parse(ODD), Content.of(InputStream.nullInputStream(), 0));
    BackupService service = BackupService.builder(world.store).clock(() -> World.START).build();

    List<IncompleteListingException> reported = new ArrayList<>();
    assertThat(service.listReadable("p", reported::add)).hasSize(2);
    assertThat(reported).hasSize(1);
    assertThat(service.latest("p").map(one -> one.key())).hasValue(newest);
    assertThat(service.newestGood("p").passedOver()).as("none is a snapshot").hasSize(2);
    assertThatExceptionOfType(IncompleteListingException.class).isThrownBy(() -> service.list("p"));
    assertThatExceptionOfType(IncompleteListingException.class)
        .isThrownBy(() -> service.prune("p", RetentionPolicy.keepLast(1)));
    assertThat(world.store.find(old)).isPresent();
  }

  /** A store that lists everything but one object. */
  private static final class Partial extends ForwardingBackupStore {
    Partial(BackupStore inner) {
      super(inner);
    }

    @Override
    public List<StoredBackup> list(String project) throws BackupException {
      List<StoredBackup> all = super.list(project);
      List<StoredBackup> listed =
          all.stream().filter(one -> !one.key().toString().equals(ODD)).toList();
      if (listed.size() < all.size()) {
        throw new IncompleteListingException(ODD + " cannot be listed", null, listed);
      }
      return listed;
    }
  }
}
