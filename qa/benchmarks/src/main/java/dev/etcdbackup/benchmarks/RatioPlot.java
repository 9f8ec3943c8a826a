package dev.etcdbackup.benchmarks;

import java.util.List;
import java.util.Locale;

/** The ratios drawn: the range as a line, the median as a dot, the bar as a tick. */
final class RatioPlot {
  private static final int WIDTH = 760;
  private static final int LABELS = 290;
  private static final int RIGHT = 130;
  private static final int ROW = 34;
  private static final int TOP = 44;

  private static final String STYLE =
      """
      <style>
        text { font: 13px system-ui, sans-serif; fill: #24292f }
        .dim { fill: #6a737d; font-size: 11px }
        .grid { stroke: #d0d7de }
        .one { stroke: #6a737d }
        .range { stroke-width: 6; stroke-linecap: round; opacity: .35 }
        .bar { stroke: #24292f; stroke-width: 2 }
        .met { stroke: #1a7f37; fill: #1a7f37 }
        .missed { stroke: #cf222e; fill: #cf222e }
        .told { stroke: #0969da; fill: #0969da }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6edf3 }
          .dim { fill: #8d96a0 }
          .grid { stroke: #30363d }
          .one { stroke: #8d96a0 }
          .bar { stroke: #e6edf3 }
          .met { stroke: #3fb950; fill: #3fb950 }
          .missed { stroke: #f85149; fill: #f85149 }
          .told { stroke: #58a6ff; fill: #58a6ff }
        }
      </style>
      """;

  private final List<Verdict> verdicts;
  private final double end;
  private final StringBuilder svg = new StringBuilder();

  private RatioPlot(List<Verdict> verdicts) {
    this.verdicts = verdicts;
    double highest =
        verdicts.stream().mapToDouble(verdict -> verdict.figure().highest()).max().orElse(1);
    this.end = Math.max(1.25, Math.ceil(highest * 4) / 4);
  }

  /** A plot of those that have a peer. */
  static RatioPlot of(List<Verdict> verdicts) {
    return new RatioPlot(verdicts.stream().filter(v -> !v.against().isEmpty()).toList());
  }

  String svg() {
    int bottom = TOP + verdicts.size() * ROW;
    add(
        "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' viewBox='0 0 %1$d %2$d'>",
        WIDTH, bottom + 34);
    svg.append(STYLE);
    add("<text x='%d' y='18' class='dim'>our cost over the peer's; | is the bar</text>", LABELS);
    grid(bottom);
    for (int i = 0; i < verdicts.size(); i++) {
      row(verdicts.get(i), TOP + i * ROW + ROW / 2);
    }
    return svg.append("</svg>\n").toString();
  }

  private void grid(int bottom) {
    double step = end > 3 ? 1 : end > 1.5 ? 0.5 : 0.25;
    for (double value = 0; value <= end + 1e-9; value += step) {
      String line = value == 1 ? "one" : "grid";
      add(
          "<line class='%s' x1='%.1f' x2='%2$.1f' y1='%d' y2='%d'/>",
          line, x(value), TOP - 8, bottom);
      add(
          "<text class='dim' x='%.1f' y='%d' text-anchor='middle'>%.2f</text>",
          x(value), bottom + 18, value);
    }
  }

  private void row(Verdict verdict, int y) {
    Spread figure = verdict.figure();
    String look = verdict.bar() == null ? "told" : verdict.outcome();
    add(
        "<text x='%d' y='%d' text-anchor='end'>%s</text>",
        LABELS - 14, y + 4, escaped(verdict.title()));
    add(
        "<line class='range %s' x1='%.1f' x2='%.1f' y1='%d' y2='%4$d'/>",
        look, x(figure.lowest()), x(figure.highest()), y);
    add(
        "<circle class='%s' cx='%.1f' cy='%d' r='5'><title>beside %s</title></circle>",
        look, x(figure.median()), y, escaped(verdict.against()));
    if (verdict.bar() != null) {
      add(
          "<line class='bar' x1='%.1f' x2='%1$.1f' y1='%d' y2='%d'/>",
          x(verdict.bar()), y - 10, y + 10);
    }
    add(
        "<text x='%d' y='%d'>%.2f %s</text>",
        WIDTH - RIGHT + 20, y + 4, figure.median(), verdict.outcome());
  }

  private double x(double ratio) {
    return LABELS + ratio / end * (WIDTH - LABELS - RIGHT);
  }

  /** A text as the content or an attribute of XML. */
  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;");
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
