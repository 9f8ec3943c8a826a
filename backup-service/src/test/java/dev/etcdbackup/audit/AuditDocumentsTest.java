package dev.etcdbackup.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.etcdbackup.Backup;
import dev.etcdbackup.Inspection;
import dev.etcdbackup.Inspection.Outcome;
import dev.etcdbackup.catalogue.Catalogue;
import dev.etcdbackup.coverage.Coverage;
import dev.etcdbackup.coverage.CoverageState;
import dev.etcdbackup.retention.RetentionPolicy;
import java.io.StringReader;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** The text, page and JSON of an audit, and the audit of a large bucket. */
class AuditDocumentsTest extends AuditFixture {
  @Test
  void theDocumentsAreWellFormedWhateverTheNames() throws Exception {
    found.put("p/" + EVIL, Inspection.without(Outcome.NO_SNAPSHOT, List.of("bad " + EVIL)));
    found.put("p/db-2024-05-20_12-00", damaged(EVIL));
    List<Backup> listing = new ArrayList<>(backups("p/" + EVIL, EVIL + "/x"));
    listing.addAll(hourly("p", 3, 0));
    Audit audit = audit(listing);

    Document page =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(
                new InputSource(
                    new StringReader(audit.page().replaceFirst("<!DOCTYPE html>", ""))));
    assertThat(page.getElementsByTagName("script").getLength()).isZero();
    assertThat(audit.page()).doesNotContain("\u0007").doesNotContain("\u202e");
    assertThat(audit.page()).doesNotContain("http://").doesNotContain("https://");
    assertThat(audit.text()).doesNotContain("\u0007").doesNotContain("\u202e");
    try (JsonParser json = new JsonFactory().createParser(audit.json())) {
      while (json.nextToken() != null) {
        json.getText();
      }
    }
    assertThat(audit.json().chars()).allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7f));
    assertThat(audit(List.of()).page()).contains("There are no backups in this store");
    assertThat(audit(List.of()).healthy()).isTrue();
  }

  /** 20 kinds of names: those of 16 tools, this library's two, and two that nothing recognises. */
  @Tag("slow")
  @Test
  void aMixedBucketOfAHundredThousandObjects() throws Exception {
    int each = 5000;
    List<Backup> listing = new ArrayList<>();
    for (int i = 0; i < each; i++) {
      Instant time = NOW.minus(Duration.ofHours(each - 1L - i));
      String s = DateTimeFormatter.ISO_INSTANT.format(time); // 2024-05-20T12:00:00Z
      String day = s.substring(0, 10);
      String dashed = s.substring(11, 19).replace(':', '-');
      String digits = day.replace("-", "");
      String clock = s.substring(11, 19).replace(":", "");
      long epoch = time.getEpochSecond();
      for (String key :
          List.of(
              "m/" + BITNAMI.format(time),
              "m/etcd-snapshot-n-" + epoch + ".zip",
              String.format("m/v2/Full-00000000-%08d-%d.gz", i, epoch),
              "m/main/" + s + "-000001/etcd.backup.gz",
              "m/snapshot_" + day + "_" + clock + ".db",
              "m/prod-" + s + ".snap",
              String.format("m/u/%016X.snapshot", -epoch),
              "m/" + s + "_etcd.zip",
              "m/a-b-" + day + "t" + dashed + ".db.gz",
              "m/i-c-v3-" + day + "T" + dashed + ".db.tar.gz",
              "m/c-" + digits + "-" + clock + "-rev" + i + ".db",
              "m/s_etcd-leader_" + digits + "_" + clock + ".db",
              "m/up.backup_" + day + "-" + s.substring(11, 19),
              "m/svc-etcd-hms_backup_" + day + "_" + dashed,
              "m/p_etcd_upgrade.snapshot-" + i + ".db",
              String.format("m/3.1.8_%016x_etcd.backup", i),
              "m/etcd.backup_v" + i + "_" + day + "-" + s.substring(11, 19),
              "m/etcd-backup-" + day + "-" + dashed + ".tar.gz",
              "m/by-hand-" + i,
              "m/notes/" + i + ".txt")) {
        listing.add(backup(key, time, 10, ""));
      }
    }
    assertThat(listing).hasSize(100_000);

    Audit audit = Auditor.builder(store, inspector).listingOnly().build().run(listing, NOW);

    assertThat(audit.series()).hasSize(19);
    assertThat(audit.series())
        .allSatisfy(
            one -> {
              boolean isOther = one.format().equals("other");
              assertThat(one.snapshots()).as(one.format()).isEqualTo(isOther ? 2 * each : each);
              assertThat(one.newest().orElseThrow().time()).isEqualTo(NOW);
              assertThat(one.gaps()).as(one.format()).isEmpty();
            });
    assertThat(audit.series().stream().map(AuditedSeries::format).collect(Collectors.toSet()))
        .containsAll(Catalogue.formats().stream().map(Object::toString).toList());
    assertThat(
            RetentionPolicy.keepLast(3).plan(listing, NOW).toDelete().stream()
                .map(one -> one.kind().name())
                .collect(Collectors.groupingBy(kind -> kind, Collectors.counting())))
        .isEqualTo(Map.of("PERIODIC", each - 3L, "TARBALL", each - 3L));
    assertThat(Coverage.of(List.of(), listing, NOW, 14).projects().get(0).row().state())
        .isEqualTo(CoverageState.UNCONFIGURED);
  }
}
