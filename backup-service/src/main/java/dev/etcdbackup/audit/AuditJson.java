package dev.etcdbackup.audit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.etcdbackup.Inspection;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Writes an audit as a JSON document. */
final class AuditJson {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private final JsonGenerator json;
  private final Instant at;

  private AuditJson(JsonGenerator json, Instant at) {
    this.json = json;
    this.at = at;
  }

  static String of(Audit audit) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      new AuditJson(json, audit.at()).write(audit);
    } catch (IOException neverInMemory) {
      throw new UncheckedIOException(neverInMemory);
    }
    return text.append('\n')
        .toString()
        .replace("\u007f", "\\u007f"); // DEL occurs only within strings
  }

  private void write(Audit audit) throws IOException {
    json.writeStartObject();
    json.writeStringField("at", at.toString());
    json.writeBooleanField("healthy", audit.healthy());
    json.writeNumberField("notRead", audit.notRead());
    json.writeArrayFieldStart("series");
    for (AuditedSeries one : audit.series()) {
      write(one);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void write(AuditedSeries one) throws IOException {
    json.writeStartObject();
    json.writeStringField("project", one.project());
    json.writeStringField("format", one.format());
    json.writeStringField("name", one.name());
    json.writeNumberField("snapshots", one.snapshots());
    json.writeNumberField("further", one.further());
    json.writeNumberField("bytes", one.bytes());
    if (one.oldest().isPresent()) {
      json.writeStringField("oldest", one.oldest().get().toString());
    }
    if (one.newest().isPresent()) {
      json.writeFieldName("newest");
      write(one.newest().get());
    }
    if (one.interval().isPresent()) {
      json.writeNumberField("intervalSeconds", one.interval().get().toSeconds());
    }
    json.writeArrayFieldStart("gaps");
    for (AuditedSeries.Gap gap : one.gaps()) {
      json.writeStartObject();
      json.writeStringField("from", gap.from().toString());
      json.writeStringField("to", gap.to().toString());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeNumberField("duplicates", one.duplicates());
    json.writeNumberField("late", one.late());
    json.writeArrayFieldStart("examined");
    for (AuditedBackup backup : one.examined()) {
      write(backup);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("findings");
    for (AuditFinding finding : one.findings()) {
      json.writeStartObject();
      json.writeStringField("severity", finding.severity().label());
      json.writeStringField("text", finding.text());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void write(AuditedBackup one) throws IOException {
    json.writeStartObject();
    json.writeStringField("key", one.key().toString());
    json.writeStringField("time", one.time().toString());
    json.writeStringField("timeSource", one.timeSource().label());
    json.writeStringField("lastModified", one.backup().stored().lastModified().toString());
    json.writeNumberField("ageSeconds", Math.max(0, Duration.between(one.time(), at).toSeconds()));
    json.writeNumberField("size", one.backup().stored().size());
    write("encoding", one.encodings());
    if (one.unreadable().isPresent()) {
      json.writeStringField("outcome", "unreadable");
      write("problems", List.of(one.unreadable().get()));
    }
    if (one.inspection().isPresent()) {
      write(one.inspection().get());
    }
    json.writeEndObject();
  }

  private void write(Inspection found) throws IOException {
    json.writeStringField("outcome", AuditText.words(found.outcome()).replace(' ', '-'));
    write("problems", found.problems());
    if (found.revision().isPresent()) {
      json.writeNumberField("revision", found.revision().getAsLong());
    }
    if (!found.etcdVersion().isEmpty()) {
      json.writeStringField("etcdVersion", found.etcdVersion());
    }
    if (found.databaseSize().isPresent()) {
      json.writeNumberField("databaseSize", found.databaseSize().getAsLong());
    }
  }

  private void write(String field, List<String> texts) throws IOException {
    json.writeArrayFieldStart(field);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }
}
