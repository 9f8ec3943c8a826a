package dev.etcdbackup.coverage;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.etcdbackup.Backup;
import dev.etcdbackup.service.BackupNote;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Writes coverage as a JSON document. */
final class CoverageJson {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private CoverageJson() {}

  static String of(Coverage coverage) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeStringField("at", coverage.at().toString());
      json.writeBooleanField("healthy", coverage.healthy());
      json.writeObjectFieldStart("counts");
      for (Map.Entry<CoverageState, Integer> count : coverage.counts().entrySet()) {
        json.writeNumberField(count.getKey().label(), count.getValue());
      }
      json.writeEndObject();
      json.writeArrayFieldStart("projects");
      for (ProjectCoverage project : coverage.projects()) {
        write(json, project, coverage.at());
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException neverInMemory) {
      throw new UncheckedIOException(neverInMemory);
    }
    return text.append('\n')
        .toString()
        .replace("\u007f", "\\u007f"); // DEL occurs only within strings
  }

  private static void write(JsonGenerator json, ProjectCoverage project, Instant at)
      throws IOException {
    CoverageRow row = project.row();
    json.writeStartObject();
    json.writeStringField("project", row.project());
    json.writeStringField("state", row.state().label());
    if (row.newest().isPresent()) {
      Backup newest = row.newest().get();
      json.writeObjectFieldStart("newest");
      json.writeStringField("key", newest.key().toString());
      write(json, "time", newest.time());
      json.writeNumberField("size", newest.stored().size());
      json.writeNumberField("ageSeconds", row.age().orElseThrow().toSeconds());
      json.writeEndObject();
    }
    write(json, "lastSuccess", project.lastSuccess());
    if (project.lastFailure().isPresent()) {
      json.writeObjectFieldStart("lastFailure");
      json.writeStringField("at", project.lastFailure().get().at().toString());
      json.writeStringField("reason", project.lastFailure().get().reason());
      json.writeEndObject();
    }
    write(json, "nextDue", project.nextDue());
    json.writeNumberField("missed", project.missed());
    json.writeStringField("note", row.note());
    json.writeArrayFieldStart("suspicions");
    for (String anomaly : project.anomalies()) {
      json.writeString(anomaly);
    }
    json.writeEndArray();
    if (project.encryption().isPresent()) {
      EncryptionCoverage encryption = project.encryption().get();
      if (!encryption.keyIds().isEmpty()) {
        json.writeArrayFieldStart("encryptedTo");
        for (String keyId : encryption.keyIds()) {
          json.writeString(keyId);
        }
        json.writeEndArray();
      }
      write(json, "lastOpened", encryption.lastOpened());
    }
    write(json, project.recovery(), at);
    json.writeArrayFieldStart("days");
    for (CoverageDay day : project.days()) {
      json.writeStartObject();
      json.writeStringField("day", day.day().toString());
      json.writeStringField("state", day.state().name().toLowerCase(Locale.ROOT));
      json.writeStringField("note", day.note());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, RecoveryCoverage recovery, Instant at)
      throws IOException {
    if (recovery.recordedTo().isPresent()) {
      write(json, "recordedTo", recovery.recordedTo());
      json.writeNumberField("rpoSeconds", recovery.dataLoss(at).orElseThrow().toSeconds());
    }
    if (recovery.lastVerified().isPresent()) {
      json.writeObjectFieldStart("lastVerified");
      json.writeStringField("key", recovery.lastVerified().get().key().toString());
      json.writeStringField("at", recovery.lastVerified().get().since().toString());
      json.writeEndObject();
    }
    if (recovery.lastDrill().isPresent()) {
      BackupNote drill = recovery.lastDrill().get();
      json.writeObjectFieldStart("lastDrill");
      json.writeStringField("key", drill.key().toString());
      json.writeStringField("at", drill.since().toString());
      if (drill.restoreTime().isPresent() && drill.dataAge().isPresent()) {
        json.writeNumberField("rtoSeconds", drill.restoreTime().get().toMillis() / 1e3);
        json.writeNumberField("rpoSeconds", drill.dataAge().get().toSeconds());
      }
      json.writeEndObject();
    }
    write(json, "pins", recovery.of(BackupNote.Kind.PIN));
    write(json, "bad", recovery.of(BackupNote.Kind.BAD));
  }

  private static void write(JsonGenerator json, String field, List<BackupNote> notes)
      throws IOException {
    if (notes.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart(field);
    for (BackupNote note : notes) {
      json.writeStartObject();
      json.writeStringField("key", note.key().toString());
      json.writeStringField("text", note.text());
      write(json, "until", note.until());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, String field, Optional<Instant> time)
      throws IOException {
    if (time.isPresent()) {
      json.writeStringField(field, time.get().toString());
    }
  }
}
