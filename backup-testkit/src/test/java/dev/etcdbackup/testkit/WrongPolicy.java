package dev.etcdbackup.testkit;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.etcdbackup.Backup;
import dev.etcdbackup.retention.Decision;
import dev.etcdbackup.retention.RetentionPlan;
import dev.etcdbackup.retention.RetentionPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** A policy that is right in everything but what a test makes wrong: in its choice, or its plan. */
final class WrongPolicy implements RetentionPolicy {
  private static final RetentionPolicy RIGHT = RetentionPolicy.keepLast(7);
  private static final Backup STRANGER = Histories.listing(1).get(0);

  private BiFunction<List<Backup>, Instant, Map<Backup, String>> keep = RIGHT::keep;
  private BiFunction<List<Backup>, Instant, RetentionPlan> plan = RIGHT::plan;

  static Stream<Arguments> all() {
    return Stream.concat(choosing(), planning());
  }

  private static Stream<Arguments> choosing() {
    String oneLine = "givesAReasonOfOneLineForWhatItKeeps";
    return Stream.of(
        wrong(
            "keeps what is not of the series",
            "keepsOnlyBackupsFromItsInput",
            () -> new WrongPolicy().keep((series, now) -> with(series, now, !series.isEmpty()))),
        wrong(
            "keeps something of nothing",
            "keepsNothingOfAnEmptySeries",
            () -> new WrongPolicy().keep((series, now) -> with(series, now, series.isEmpty()))),
        wrong("gives no reason", oneLine, () -> reasoning("")),
        wrong("gives two lines", oneLine, () -> reasoning("old\nolder")),
        wrong("gives long reasons", oneLine, () -> reasoning("a".repeat(201))),
        wrong(
            "counts its calls",
            "answersTheSameTwice",
            () -> {
              int[] calls = {0};
              return new WrongPolicy()
                  .keep((series, now) -> RetentionPolicy.keepLast(++calls[0]).keep(series, now));
            },
            "keepsTheSameWhenSomeOfTheRestAreGone"),
        wrong(
            "keeps a share of what is offered",
            "keepsTheSameWhenSomeOfTheRestAreGone",
            () -> new WrongPolicy().keep(WrongPolicy::everySecond)),
        wrong(
            "plans to keep a share",
            "keepsAllOfWhatItKept",
            () -> {
              RetentionPolicy share = WrongPolicy::everySecond;
              return new WrongPolicy().plan(share::plan);
            }));
  }

  private static Stream<Arguments> planning() {
    return Stream.of(
        wrong(
            "decides in the order in which backups come",
            "decidesOnEachBackupInTheOrderOfTheKeys",
            () ->
                new WrongPolicy()
                    .plan((backups, now) -> decide(backups, RIGHT.plan(backups, now).toKeep()))),
        wrong(
            "keeps what comes last",
            "plansTheSameForEveryOrderOfTheBackups",
            () -> planning((backups, kept) -> kept.equals(backups.get(backups.size() - 1))),
            "plansEachSeriesByItself"),
        wrong(
            "goes by the order of strings",
            "neverDeletesTheNewestOfASeries",
            () -> new WrongPolicy().plan(WrongPolicy::lastSevenByString)),
        wrong(
            "takes what begins alike for one series",
            "plansEachSeriesByItself",
            () -> new WrongPolicy().plan(WrongPolicy::lastSevenOfAll)),
        wrong(
            "deletes what people named",
            "leavesAloneWhatIsOfNoSeries",
            () -> deleting((backup, now) -> backup.series().isEmpty())),
        wrong(
            "deletes what is dated ahead",
            "leavesAloneWhatIsDatedAhead",
            () -> deleting((backup, now) -> backup.isDatedAhead(now))));
  }

  private WrongPolicy keep(BiFunction<List<Backup>, Instant, Map<Backup, String>> wrong) {
    this.keep = wrong;
    return this;
  }

  private WrongPolicy plan(BiFunction<List<Backup>, Instant, RetentionPlan> wrong) {
    this.plan = wrong;
    return this;
  }

  @Override
  public Map<Backup, String> keep(List<Backup> newestFirst, Instant now) {
    return keep.apply(newestFirst, now);
  }

  @Override
  public RetentionPlan plan(List<Backup> backups, Instant now) {
    return plan.apply(backups, now);
  }

  private static Map<Backup, String> with(List<Backup> series, Instant now, boolean stranger) {
    Map<Backup, String> kept = new LinkedHashMap<>(RIGHT.keep(series, now));
    if (stranger) {
      kept.put(STRANGER, "a stranger");
    }
    return kept;
  }

  private static WrongPolicy reasoning(String reason) {
    return new WrongPolicy()
        .keep(
            (series, now) -> {
              Map<Backup, String> kept = new LinkedHashMap<>(RIGHT.keep(series, now));
              kept.replaceAll((backup, right) -> reason);
              return kept;
            });
  }

  private static Map<Backup, String> everySecond(List<Backup> series, Instant now) {
    return IntStream.range(0, series.size())
        .filter(i -> i % 2 == 0)
        .boxed()
        .collect(Collectors.toMap(series::get, i -> "every second"));
  }

  /** Keeps what is right, and more. */
  private static WrongPolicy planning(BiPredicate<List<Backup>, Backup> more) {
    return new WrongPolicy()
        .plan(
            (backups, now) -> {
              List<Backup> kept = new ArrayList<>(RIGHT.plan(backups, now).toKeep());
              backups.stream().filter(one -> more.test(backups, one)).forEach(kept::add);
              return decide(inKeyOrder(backups), kept);
            });
  }

  /** Keeps what is right, and less. */
  private static WrongPolicy deleting(BiPredicate<Backup, Instant> less) {
    return new WrongPolicy()
        .plan(
            (backups, now) -> {
              List<Backup> kept = new ArrayList<>(RIGHT.plan(backups, now).toKeep());
              kept.removeIf(one -> less.test(one, now));
              return decide(inKeyOrder(backups), kept);
            });
  }

  private static RetentionPlan lastSevenByString(List<Backup> backups, Instant now) {
    Comparator<Backup> byString = Comparator.comparing(backup -> backup.key().toString());
    return lastSeven(backups, now, Backup::series, byString, List.of());
  }

  private static RetentionPlan lastSevenOfAll(List<Backup> backups, Instant now) {
    RetentionPolicy newest = (series, time) -> Map.of();
    return lastSeven(
        backups,
        now,
        backup -> backup.key().project().charAt(0),
        Backup.OLDEST_FIRST,
        newest.plan(backups, now).toKeep());
  }

  private static RetentionPlan lastSeven(
      List<Backup> backups,
      Instant now,
      Function<Backup, Object> series,
      Comparator<Backup> order,
      List<Backup> more) {
    List<Backup> kept = new ArrayList<>(more);
    Map<Object, List<Backup>> all =
        backups.stream()
            .filter(one -> one.series().isPresent() && !one.isDatedAhead(now))
            .collect(Collectors.groupingBy(series));
    all.values().forEach(one -> one.stream().sorted(order.reversed()).limit(7).forEach(kept::add));
    backups.stream()
        .filter(one -> one.series().isEmpty() || one.isDatedAhead(now))
        .forEach(kept::add);
    return decide(inKeyOrder(backups), kept);
  }

  private static List<Backup> inKeyOrder(List<Backup> backups) {
    return backups.stream().sorted(Comparator.comparing(Backup::key)).toList();
  }

  private static RetentionPlan decide(List<Backup> backups, List<Backup> kept) {
    return new RetentionPlan(
        backups.stream().map(one -> new Decision(one, kept.contains(one), "wrong")).toList());
  }

  private static Arguments wrong(
      String isWrong, String rule, Supplier<RetentionPolicy> policy, String... alsoNoticedBy) {
    return arguments(isWrong, rule, policy, alsoNoticedBy);
  }
}
