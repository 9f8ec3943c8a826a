package dev.etcdbackup.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Backup;
import dev.etcdbackup.Series;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Policies as another policy calls them, one series at a time; a plan never does. */
class OneSeriesPropertiesTest extends RetentionArbitraries {
  @Property
  void ofASeriesByItselfIsKeptWhatIsKeptOfAProjectThatHasNoOther(
      @ForAll("listings") List<Backup> listing,
      @ForAll("policies") RetentionPolicy policy,
      @ForAll("smallCounts") int minimum) {
    Map<Series, List<Backup>> all =
        listing.stream()
            .filter(one -> one.kind().hasSeries())
            .sorted(Backup.OLDEST_FIRST.reversed())
            .collect(Collectors.groupingBy(one -> one.series().orElseThrow()));
    RetentionPolicy more = policy.atLeast(minimum);

    all.forEach(
        (series, newestFirst) -> {
          assertThat(policy.keep(newestFirst, NOW))
              .isEqualTo(policy.keepInProject(Map.of(series, newestFirst), NOW));
          assertThat(more.keep(newestFirst, NOW))
              .isEqualTo(more.keepInProject(Map.of(series, newestFirst), NOW));
        });
  }
}
