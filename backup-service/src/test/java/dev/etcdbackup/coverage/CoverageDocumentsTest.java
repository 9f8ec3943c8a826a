package dev.etcdbackup.coverage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoredBackup;
import java.io.StringReader;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Coverage as text, JSON and a page. */
class CoverageDocumentsTest {
  private static final Instant NOW = Instant.parse("2020-02-03T21:00:00Z");
  private static final String EVIL = "<script>alert('x')</script>&\"\u0007\u202e";

  private final Coverage coverage =
      new Coverage(
          NOW,
          List.of(
              project("cray-bos", CoverageState.FRESH, Duration.ofHours(3)),
              project("cray-bss", CoverageState.STALE, Duration.ofDays(2)),
              suspicious(),
              notAutomated(),
              new ProjectCoverage(
                  new CoverageRow(
                      EVIL, CoverageState.MISSING, Optional.empty(), Optional.empty(), "no backup"),
                  Optional.empty(),
                  Optional.of(new ProjectCoverage.Failure(NOW, "cannot " + EVIL)),
                  Optional.of(NOW.minusSeconds(4000)),
                  3,
                  List.of(),
                  Optional.empty(),
                  days("NONE", "MISSING", "FAILED"))));

  @Test
  void aTerminalGetsATable() {
    assertThat(coverage.text())
        .isEqualTo(
            """
            PROJECT                          STATE          NEWEST   NEXT          NOTE
            cray-bos                         fresh          3h ago   in 1h
            cray-bss                         stale          2d ago   in 1h
            cray-fas                         fresh          20m ago  -             \
            not pruned: cray-fas/b has revision 3; and 1 more
            cps                              not-automated  -        -             \
            remount
            <script>alert('x')</script>&"??  missing        -        1h6m overdue  \
            no backup; last try: cannot <script>alert('x')</script>&"??
            """
                .replace('?', '\ufffd'));
  }

  @Test
  void theJsonHoldsEverythingThereIs() throws Exception {
    List<String> leaves = new ArrayList<>();
    try (JsonParser json = new JsonFactory().createParser(coverage.json())) {
      while (json.nextToken() != null) {
        if (json.currentToken().isScalarValue()) {
          leaves.add(json.getParsingContext().pathAsPointer() + "=" + json.getText());
        }
      }
    }
    assertThat(leaves)
        .contains(
            "/at=2020-02-03T21:00:00Z",
            "/healthy=false",
            "/counts/fresh=2",
            "/counts/unknown=0",
            "/projects/0/project=cray-bos",
            "/projects/0/newest/key=cray-bos/etcd.backup_v1_2020-02-03-18:00:00",
            "/projects/0/newest/size=100",
            "/projects/0/newest/ageSeconds=10800",
            "/projects/0/lastSuccess=2020-02-03T18:00:00Z",
            "/projects/2/suspicions/1=cray-fas/c is of another cluster",
            "/projects/3/state=not-automated",
            "/projects/3/note=remount",
            "/projects/4/project=" + EVIL,
            "/projects/4/lastFailure/reason=cannot " + EVIL,
            "/projects/4/nextDue=2020-02-03T19:53:20Z",
            "/projects/4/missed=3",
            "/projects/4/days/2/day=2020-02-03",
            "/projects/4/days/2/state=failed");
  }

  @Test
  void thePageHasOneRowForEachProjectAndOneCellForEachDay() throws Exception {
    Document page = parse(coverage.page());
    List<Element> rows = elements(page, "tr").stream().skip(1).toList();
    assertThat(rows).hasSize(5);
    for (Element row : rows) {
      assertThat(cells(row)).as(row.getTextContent()).hasSize(3);
    }
    assertThat(rows)
        .as("those that need attention come first")
        .extracting(row -> row.getAttribute("class"))
        .containsExactly("missing act", "stale act", "fresh act", "fresh", "not-automated");
    List<Element> dates =
        elements(page, "th").stream()
            .filter(head -> head.getAttribute("class").startsWith("date"))
            .toList();
    assertThat(dates)
        .extracting(head -> head.getAttribute("title"))
        .containsExactly("2020-02-01, Saturday", "2020-02-02, Sunday", "2020-02-03, Monday");
    assertThat(dates)
        .extracting(head -> head.getAttribute("class"))
        .as("today stands out")
        .containsExactly("date weekend", "date weekend", "date now");
    assertThat(dates)
        .extracting(Element::getTextContent)
        .as("the month where it begins")
        .containsExactly("2020-02-01Feb1", "2020-02-022", "2020-02-033");
  }

  @Test
  void thereIsAColumnForWhatComesNextWhenThatIsKnown() throws Exception {
    assertThat(elements(parse(coverage.page()), "th"))
        .extracting(Element::getTextContent)
        .contains("Next");
    Document unknown = parse(new Coverage(NOW, List.of(suspicious(), notAutomated())).page());
    assertThat(elements(unknown, "th"))
        .extracting(Element::getTextContent)
        .contains("Newest", "Note")
        .doesNotContain("Next");
    for (Element row : elements(unknown, "tr")) {
      assertThat(row.getChildNodes().getLength()).isEqualTo(2 + 3 + 2);
    }
  }

  @Test
  void aCellTellsItsDayByColourSymbolTitleAndText() throws Exception {
    Document page = parse(coverage.page());
    List<Element> cells = cells(elements(page, "tr").get(1));
    assertThat(cells)
        .extracting(cell -> cell.getAttribute("class"))
        .containsExactly("day none", "day missing", "day failed now");
    assertThat(cells)
        .extracting(cell -> cell.getAttribute("title"))
        .containsExactly("2020-02-01", "2020-02-02: why", "2020-02-03: why");
    assertThat(cells)
        .extracting(Element::getTextContent)
        .containsExactly("nothing expected", "!missing", "\u2715failed");
  }

  @Test
  void thePageIsCompleteAndLoadsNothing() throws Exception {
    String html = coverage.page();
    Document page = parse(html);
    assertThat(html).startsWith("<!DOCTYPE html>").doesNotContain(EVIL, "\u0007", "\u202e");
    for (String loading : List.of("script", "img", "link", "iframe", "object")) {
      assertThat(elements(page, loading)).as(loading).isEmpty();
    }
    assertThat(html).doesNotContain("http", "url(", "@import");
    assertThat(elements(page, "style").get(0).getTextContent())
        .contains("prefers-color-scheme: dark");
    assertThat(elements(page, "th"))
        .extracting(Element::getTextContent)
        .contains("<script>alert('x')</script>&\"\ufffd\ufffd");
  }

  @Test
  void thePageSaysAtAGlanceWhetherAProjectNeedsAttention() throws Exception {
    assertThat(verdict(coverage)).isEqualTo("3 of 4 need attention");
    Coverage well =
        new Coverage(NOW, List.of(project("p", CoverageState.FRESH, Duration.ofHours(1))));
    assertThat(verdict(well)).isEqualTo("All projects are healthy");
    assertThat(well.healthy()).isTrue();
    assertThat(new Coverage(NOW, List.of(suspicious())).healthy()).isFalse();
    assertThat(parse(new Coverage(NOW, List.of()).page()).getDocumentElement().getTextContent())
        .contains("There are no projects.");
  }

  @Test
  void aListingAloneMakesAPageToo() {
    CoveredProject daily = CoveredProject.automated("p", Duration.ofDays(1));
    CoveredProject weekly = CoveredProject.automated("w", Duration.ofDays(7));
    List<Backup> stored =
        Stream.of(
                "p/etcd.backup_v1_2020-01-30-00:00:00",
                "p/etcd.backup_v2_2020-02-01-00:00:00",
                "w/etcd.backup_v1_2020-01-30-00:00:00",
                "x/etcd.backup_v1_2020-02-03-00:00:00",
                "p/by-hand")
            .map(CoverageDocumentsTest::backup)
            .toList();

    Coverage made = Coverage.of(List.of(daily, weekly), stored, NOW, 6);

    assertThat(made.projects())
        .extracting(
            one -> one.days().stream().map(day -> day.state().name().substring(0, 2)).toList())
        .containsExactly(
            List.of("NO", "FU", "MI", "FU", "MI", "TO"),
            List.of("NO", "FU", "NO", "NO", "NO", "NO"),
            List.of("NO", "NO", "NO", "NO", "NO", "FU"));
  }

  private static ProjectCoverage project(String name, CoverageState state, Duration age) {
    Instant time = NOW.minus(age);
    String stamp = time.toString().replace('T', '-').replace("Z", "");
    Backup newest = backup(name + "/etcd.backup_v1_" + stamp);
    return new ProjectCoverage(
        new CoverageRow(name, state, Optional.of(newest), Optional.of(age), ""),
        Optional.of(time),
        Optional.of(new ProjectCoverage.Failure(time.minusSeconds(5), "long mended")),
        Optional.of(NOW.plusSeconds(3600)),
        0,
        List.of(),
        Optional.empty(),
        days("FULL", "FULL", "TODAY"));
  }

  private static ProjectCoverage suspicious() {
    return new ProjectCoverage(
        new CoverageRow("cray-fas", CoverageState.FRESH, Optional.empty(), Optional.empty(), ""),
        Optional.of(NOW.minusSeconds(1200)),
        Optional.empty(),
        Optional.empty(),
        0,
        List.of("cray-fas/b has revision 3", "cray-fas/c is of another cluster"),
        Optional.empty(),
        days("FULL", "FULL", "FULL"));
  }

  private static ProjectCoverage notAutomated() {
    return new ProjectCoverage(
        new CoverageRow(
            "cps", CoverageState.NOT_AUTOMATED, Optional.empty(), Optional.empty(), "remount"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        List.of(),
        Optional.empty(),
        List.of());
  }

  private static List<CoverageDay> days(String... states) {
    LocalDate first = CoverageDay.dayOf(NOW).minusDays(states.length - 1L);
    return IntStream.range(0, states.length)
        .mapToObj(
            i -> {
              CoverageDay.State state = CoverageDay.State.valueOf(states[i]);
              String note = state == CoverageDay.State.NONE ? "" : "why";
              return new CoverageDay(first.plusDays(i), state, note);
            })
        .toList();
  }

  private static Backup backup(String key) {
    return Backup.of(new StoredBackup(BackupKey.parse(key), 100, NOW, ""), ZoneOffset.UTC);
  }

  private static String verdict(Coverage coverage) throws Exception {
    return elements(parse(coverage.page()), "p").stream()
        .filter(one -> one.getAttribute("class").equals("verdict"))
        .findFirst()
        .orElseThrow()
        .getTextContent();
  }

  private static List<Element> cells(Element row) {
    return elements(row.getElementsByTagName("td")).stream()
        .filter(cell -> cell.getAttribute("class").startsWith("day"))
        .toList();
  }

  private static Document parse(String html) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(html)));
  }

  private static List<Element> elements(Document page, String name) {
    return elements(page.getElementsByTagName(name));
  }

  private static List<Element> elements(NodeList nodes) {
    return IntStream.range(0, nodes.getLength()).mapToObj(i -> (Element) nodes.item(i)).toList();
  }
}
