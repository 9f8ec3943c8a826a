package dev.etcdbackup.schedule;

import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.service.BackupResult;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The results of manual backups of several projects.
 *
 * <p>Immutable and thread-safe. Each project is in exactly one of the two maps.
 *
 * @param name the name of the backups, the same in every project
 * @param stored the stored backups by project, in the order in which the projects were given
 * @param failed the reasons why nothing was stored, by project
 */
public record ManualBackups(
    String name, Map<String, BackupResult> stored, Map<String, Throwable> failed) {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd-HH:mm:ss", Locale.ROOT);

  /** Copies the maps. */
  public ManualBackups {
    Objects.requireNonNull(name, "name");
    stored = Collections.unmodifiableMap(new LinkedHashMap<>(stored));
    failed = Collections.unmodifiableMap(new LinkedHashMap<>(failed));
  }

  /** Returns the name in the format of the bulk scripts. */
  static String name(String context, Instant time) {
    if (context.indexOf('_') < 0) {
      throw new IllegalArgumentException(
          "context '" + context + "' must contain '_', so that older tools find the time");
    }
    return context + ".backup_" + STAMP.format(time.atOffset(ZoneOffset.UTC));
  }

  /** Returns a future that completes when all backups are done. */
  static CompletableFuture<ManualBackups> of(String name, Map<String, Request> requests) {
    List<CompletableFuture<Answer>> answers = new ArrayList<>();
    requests.forEach(
        (project, request) ->
            answers.add(
                request.answer().handle((result, why) -> new Answer(project, result, why))));
    return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
        .thenApply(done -> of(name, answers.stream().map(CompletableFuture::join).toList()));
  }

  private record Answer(
      String project, @Nullable BackupResult result, @Nullable Throwable failure) {}

  private static ManualBackups of(String name, List<Answer> answers) {
    Map<String, BackupResult> stored = new LinkedHashMap<>();
    Map<String, Throwable> failed = new LinkedHashMap<>();
    for (Answer answer : answers) {
      if (answer.result != null) {
        stored.put(answer.project, answer.result);
      } else if (answer.failure != null) {
        failed.put(answer.project, answer.failure);
      }
    }
    return new ManualBackups(name, stored, failed);
  }

  /**
   * Returns whether all projects were backed up.
   *
   * @return true when none failed
   */
  public boolean complete() {
    return failed.isEmpty();
  }

  /** Returns one line for each project, the failed ones last. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    stored.forEach((project, result) -> text.append("stored ").append(result.key()).append('\n'));
    failed.forEach(
        (project, why) ->
            text.append("FAILED ")
                .append(project)
                .append(": ")
                .append(FailureText.of(why).replaceAll("\\s*\\R\\s*", " "))
                .append('\n'));
    return text.toString();
  }
}
