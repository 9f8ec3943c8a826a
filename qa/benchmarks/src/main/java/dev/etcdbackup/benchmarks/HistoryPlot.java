package dev.etcdbackup.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The figures of all releases drawn, one small chart for each case: the range as a line, the median
 * as a dot, the goal as a dashed line, the oldest release on the left.
 */
final class HistoryPlot {
  private static final int COLUMNS = 3;
  private static final int WIDTH = 300;
  private static final int HEIGHT = 130;
  private static final int LEFT = 12;
  private static final int TOP = 44;
  private static final int PLOT_WIDTH = 270;
  private static final int PLOT_HEIGHT = 62;
  private static final int TITLE_LETTERS = 42;
  private static final int SUBTITLE_LETTERS = 54;

  private static final String STYLE =
      """
      <style>
        text { font: 12px system-ui, sans-serif; fill: #24292f }
        .dim { fill: #6a737d; font-size: 10px }
        .goal { stroke: #6a737d; stroke-dasharray: 4 3 }
        .line { stroke: #0969da; fill: none; opacity: .5 }
        .range { stroke: #0969da; stroke-width: 5; stroke-linecap: round; opacity: .35 }
        .dot { fill: #0969da }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6edf3 }
          .dim { fill: #8d96a0 }
          .goal { stroke: #8d96a0 }
          .line, .range { stroke: #58a6ff }
          .dot { fill: #58a6ff }
        }
      </style>
      """;

  /** What is compared from version to version: the same case, peer and data. */
  private record Chart(String title, String against, String database) {
    private String subtitle() {
      String text = (against.isEmpty() ? "" : "beside " + against + "; ") + database;
      return cut(text, SUBTITLE_LETTERS);
    }
  }

  private record Point(String version, History.Figure figure) {}

  private final Map<Chart, List<Point>> charts = new LinkedHashMap<>();
  private final StringBuilder svg = new StringBuilder();

  HistoryPlot(List<History.Entry> entries) {
    for (History.Entry entry : entries) {
      for (History.Figure figure : entry.figures()) {
        String database = entry.metadata().getOrDefault("database", "");
        charts
            .computeIfAbsent(
                new Chart(figure.title(), figure.against(), database), key -> new ArrayList<>())
            .add(new Point(entry.version(), figure));
      }
    }
  }

  String svg() {
    int rows = (charts.size() + COLUMNS - 1) / COLUMNS;
    add(
        "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' viewBox='0 0 %1$d %2$d'>",
        COLUMNS * WIDTH, rows * HEIGHT + 8);
    svg.append(STYLE);
    int index = 0;
    for (Map.Entry<Chart, List<Point>> chart : charts.entrySet()) {
      add("<g transform='translate(%d %d)'>", index % COLUMNS * WIDTH, index / COLUMNS * HEIGHT);
      draw(chart.getKey(), chart.getValue());
      svg.append("</g>\n");
      index++;
    }
    return svg.append("</svg>\n").toString();
  }

  private void draw(Chart chart, List<Point> points) {
    add("<title>%s</title>", RatioPlot.escaped(chart.title())); // shown under the pointer
    String title = cut(chart.title(), TITLE_LETTERS);
    add("<text x='%d' y='18'>%s</text>", LEFT, RatioPlot.escaped(title));
    add("<text class='dim' x='%d' y='32'>%s</text>", LEFT, RatioPlot.escaped(chart.subtitle()));
    double top = points.stream().mapToDouble(point -> top(point.figure())).max().orElse(1) * 1.1;
    History.Figure newest = points.get(points.size() - 1).figure();
    if (newest.bar() != null) {
      double y = y(newest.bar(), top);
      add("<line class='goal' x1='%d' x2='%d' y1='%.1f' y2='%3$.1f'/>", LEFT, LEFT + PLOT_WIDTH, y);
    }
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < points.size(); i++) {
      Point point = points.get(i);
      double x = LEFT + PLOT_WIDTH * (i + 0.5) / points.size();
      double middle = y(point.figure().median(), top);
      line.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, middle));
      add(
          "<line class='range' x1='%.1f' x2='%1$.1f' y1='%.1f' y2='%.1f'/>",
          x, y(point.figure().highest(), top), y(point.figure().lowest(), top));
      add("<circle class='dot' cx='%.1f' cy='%.1f' r='4'/>", x, middle);
      add(
          "<text class='dim' x='%.1f' y='%d' text-anchor='middle'>%s: %.2f %s</text>",
          x,
          TOP + PLOT_HEIGHT + 14,
          RatioPlot.escaped(point.version()),
          point.figure().median(),
          point.figure().unit());
    }
    add("<polyline class='line' points='%s'/>", line.toString().strip());
  }

  private static double top(History.Figure figure) {
    return Math.max(figure.highest(), figure.bar() == null ? 0 : figure.bar());
  }

  /** A difference may be less than 0, and is drawn at 0. */
  private static double y(double value, double top) {
    return TOP + PLOT_HEIGHT * (1 - Math.max(0, value) / top);
  }

  private static String cut(String text, int letters) {
    return text.length() <= letters ? text : text.substring(0, letters - 1) + "…";
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
