package dev.etcdbackup.coverage;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.etcdbackup.Backup;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
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
        write(json, project);
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

  private static void write(JsonGenerator json, ProjectCoverage project) throws IOException {
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

  private static void write(JsonGenerator json, String field, Optional<Instant> time)
      throws IOException {
    if (time.isPresent()) {
      json.writeStringField(field, time.get().toString());
    }
  }
}
