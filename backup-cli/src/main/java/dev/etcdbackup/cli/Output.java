package dev.etcdbackup.cli;

import dev.etcdbackup.BackupKey;
import java.io.PrintStream;

/** Standard output: lines of text, one JSON document, or one value. */
final class Output {
  /** The formats of results. */
  enum Format {
    TEXT,
    JSON,
    /** For {@code kube get} alone. */
    YAML
  }

  private final PrintStream stream;
  private final Format format;
  private final TerminalLine progress;

  /**
   * @param progress wiped before each output
   */
  Output(PrintStream stream, Format format, TerminalLine progress) {
    this.stream = stream;
    this.format = format;
    this.progress = progress;
  }

  boolean isJson() {
    return format == Format.JSON;
  }

  /** A line of text; control characters in it are escaped. */
  void line(String text) {
    progress.wipe();
    stream.print(TerminalText.escape(text) + "\n"); // one call of the system
  }

  /** What was done to a backup, as {@code -o json} shows it. */
  record DoneJson(String done, String key) {}

  /** What was done to a backup: {@code pinned KEY}, or a document with both. */
  void done(String what, BackupKey key) {
    if (isJson()) {
      json(new DoneJson(what, key.toString()));
    } else {
      line(what + " " + key);
    }
  }

  /** Bytes without any change. */
  void bytes(byte[] bytes) {
    progress.wipe();
    stream.write(bytes, 0, bytes.length);
  }

  /** Begins a list whose members are printed one by one, for lists of any length. */
  Rows rows() {
    return new Rows();
  }

  /**
   * A list of records, the same document as {@link #json} prints of all of them; nothing when the
   * format is text. Without its end it is not valid, so that no failure looks like a short list.
   */
  final class Rows {
    private boolean begun;

    void json(Object row) {
      progress.wipe();
      stream.print(begun ? ",\n  " : "[\n  ");
      stream.print(JsonText.document(row).replace("\n", "\n  "));
      begun = true;
    }

    void end() {
      if (isJson()) {
        progress.wipe();
        stream.print(begun ? "\n]\n" : "[ ]\n");
      }
    }
  }

  /** A document: records and lists of records, their fields in the order of declaration. */
  void json(Object document) {
    progress.wipe();
    stream.print(JsonText.document(document));
    stream.print('\n');
  }

  /** A document that is JSON already and ends in a newline. */
  void document(String json) {
    progress.wipe();
    stream.print(json);
  }

  /** A document on a line of its own, for logs. */
  void jsonLine(Object document) {
    progress.wipe();
    stream.print(JsonText.line(document) + "\n");
  }

  /** Flushes standard output. */
  void flush() {
    stream.flush();
  }
}
