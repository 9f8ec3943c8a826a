package dev.etcdbackup.cli;

import java.util.ArrayList;
import java.util.List;

/** A table for a terminal: columns are as wide as their widest cell, the last is not padded. */
final class TextTable {
  private final List<String[]> rows = new ArrayList<>();
  private final int[] widths;

  TextTable(String... header) {
    widths = new int[header.length - 1];
    add(header);
  }

  void add(String... cells) {
    String[] row = new String[cells.length];
    for (int i = 0; i < cells.length; i++) {
      row[i] = TerminalText.escape(cells[i]);
      if (i < widths.length) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    rows.add(row);
  }

  List<String> lines() {
    return rows.stream().map(this::line).toList();
  }

  private String line(String[] row) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      line.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 2));
    }
    return line.append(row[widths.length]).toString().stripTrailing();
  }
}
