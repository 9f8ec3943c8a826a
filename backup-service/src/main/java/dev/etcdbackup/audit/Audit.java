package dev.etcdbackup.audit;

import dev.etcdbackup.Inspection.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * The result of an audit of a store.
 *
 * <p>Immutable and thread-safe. Names may contain any character; {@link #text}, {@link #json} and
 * {@link #page} escape them.
 *
 * @param at the time of the audit
 * @param series the series of all projects, ordered by project, format and name
 * @param notRead how many of the selected snapshots were not read, because the store failed three
 *     times in a row; otherwise 0
 */
public record Audit(Instant at, List<AuditedSeries> series, int notRead) {
  /** Copies the list. */
  public Audit {
    Objects.requireNonNull(at, "at");
    series = List.copyOf(series);
  }

  /**
   * Returns whether no series has a problem, and everything that was selected was read.
   *
   * @return true if so; also when the store is empty
   */
  public boolean healthy() {
    return notRead == 0 && series.stream().noneMatch(AuditedSeries::needsAttention);
  }

  /**
   * Counts the snapshots that were read with a result.
   *
   * @param outcome the result
   * @return how many have it
   */
  public long count(Outcome outcome) {
    return series.stream().mapToLong(one -> one.count(outcome)).sum();
  }

  /**
   * Counts the snapshots that the store could not read.
   *
   * @return how many
   */
  public long unreadable() {
    return series.stream()
        .flatMap(one -> one.examined().stream())
        .filter(one -> one.unreadable().isPresent())
        .count();
  }

  /**
   * Returns a table for a terminal: a header line, a line for each series, a line for each finding
   * below its series, and a last line about all of it.
   *
   * @return the text; each line ends with {@code \n}
   */
  public String text() {
    return AuditText.of(this);
  }

  /**
   * Returns a JSON document: an object with {@code at}, {@code healthy}, {@code notRead}, and
   * {@code series}, each with {@code project}, {@code format}, {@code name}, {@code snapshots},
   * {@code further}, {@code bytes}, {@code oldest}, {@code newest}, {@code intervalSeconds}, {@code
   * gaps} (each with {@code from}, {@code to}), {@code duplicates}, {@code late}, {@code examined}
   * and {@code findings} (each with {@code severity}, {@code text}). {@code newest} and each of
   * {@code examined} have {@code key}, {@code time}, {@code timeSource}, {@code lastModified},
   * {@code ageSeconds}, {@code size}, {@code encoding}, and when the backup was read {@code
   * outcome} ({@code good}, {@code damaged}, {@code no-snapshot}, {@code not-verified}, {@code
   * unreadable}), {@code problems}, {@code revision}, {@code etcdVersion}, {@code databaseSize}.
   * Times are ISO 8601; fields whose value is not known are absent. Fields may be added in later
   * versions. ASCII without control characters: names are escaped.
   *
   * @return the document, ending with a line feed
   */
  public String json() {
    return AuditJson.of(this);
  }

  /**
   * Returns a page for a browser. It is one document without scripts, images or anything else to
   * load. It has a row for each series, those with problems first.
   *
   * @return the HTML document, to be served or saved as UTF-8
   */
  public String page() {
    return AuditPage.of(this);
  }
}
