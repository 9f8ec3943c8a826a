package dev.etcdbackup.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.etcdbackup.snapshot.SpaceUsage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** A page that shows what fills a database: a treemap and tables, without scripts. */
final class UsagePage {
  private static final int TILES = 200;
  private static final String STYLE =
      """
      :root { color-scheme: light dark; font: 15px/1.4 system-ui, sans-serif; }
      body { margin: 0 auto; max-width: 72rem; padding: 1rem; }
      h1 { font-size: 1.3rem; overflow-wrap: anywhere; }
      h2 { font-size: 1.05rem; margin-top: 2rem; }
      .map { position: relative; height: 32rem; border: 1px solid #888; overflow: hidden; }
      .map div { position: absolute; box-sizing: border-box; overflow: hidden; padding: 2px 4px;
        border: 1px solid #fff8; font-size: 12px; overflow-wrap: anywhere; color: #111; }
      .live { background: #9cc9e8; }
      .history { background: #f0c987; }
      .other { background: #c9c4d9; }
      .free { background: #dcdcdc; }
      .legend span { padding: 1px 8px; margin-right: .5rem; color: #111; }
      table { border-collapse: collapse; width: 100%; }
      th, td { text-align: right; padding: 2px 8px; border-bottom: 1px solid #8884; }
      th:first-child, td:first-child { text-align: left; overflow-wrap: anywhere; }
      """;

  private final String title;
  private final SpaceUsage usage;
  private final StringBuilder html = new StringBuilder();

  UsagePage(String title, SpaceUsage usage) {
    this.title = title;
    this.usage = usage;
  }

  String html() {
    html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.append("<title>Space usage</title>\n<style>\n").append(STYLE);
    html.append("</style>\n</head>\n<body>\n<h1>Space usage of ").append(text(title));
    html.append("</h1>\n<p>").append(number(usage.bytes())).append(" bytes in ");
    html.append(number(usage.pages())).append(" pages at revision ").append(usage.revision());
    html.append("</p>\n<p class=\"legend\"><span class=\"live\">live keys</span>");
    html.append("<span class=\"history\">history</span><span class=\"other\">pages around them");
    html.append("</span><span class=\"free\">free</span></p>\n<div class=\"map\">\n");
    lay(tiles(), 0, 0, 100, 100);
    html.append("</div>\n");
    spaces();
    prefixes();
    keys("Largest keys", usage.largest());
    keys("Most revised keys", usage.mostRevised());
    return html.append("</body>\n</html>\n").toString();
  }

  /** An area of the map. */
  private record Tile(String name, String kind, long bytes) {}

  /** What adds up to the database, the largest first. */
  private List<Tile> tiles() {
    List<Tile> tiles = new ArrayList<>();
    long rest = 0;
    for (SpaceUsage.PrefixUsage one : usage.prefixes()) {
      if (tiles.size() + 2 > TILES) {
        rest += one.live().bytes() + one.history().bytes();
        continue;
      }
      tiles.add(new Tile(SpaceUsageCommand.name(one), "live", one.live().bytes()));
      tiles.add(new Tile(SpaceUsageCommand.name(one), "history", one.history().bytes()));
    }
    tiles.add(new Tile("other prefixes", "live", rest));
    long events = usage.live().bytes() + usage.history().bytes();
    for (SpaceUsage.Space space : usage.spaces()) {
      long bytes = SpaceUsageCommand.bytes(space, usage);
      switch (space.name()) {
        case "bucket key" ->
            tiles.add(new Tile("branches and unused parts of pages", "other", bytes - events));
        case "free" -> tiles.add(new Tile("free", "free", bytes));
        default -> tiles.add(new Tile(space.name(), "other", bytes));
      }
    }
    tiles.removeIf(tile -> tile.bytes() <= 0);
    tiles.sort(Comparator.comparingLong(Tile::bytes).reversed());
    return tiles;
  }

  /** Divides an area in two of about the same weight, along its longer side, until it is a tile. */
  private void lay(List<Tile> tiles, double x, double y, double width, double height) {
    if (tiles.isEmpty()) {
      return;
    }
    if (tiles.size() == 1) {
      tile(tiles.get(0), x, y, width, height);
      return;
    }
    long total = tiles.stream().mapToLong(Tile::bytes).sum();
    long first = tiles.get(0).bytes();
    int split = 1;
    while (split < tiles.size() - 1 && 2 * first < total) {
      first += tiles.get(split++).bytes();
    }
    double part = (double) first / total;
    List<Tile> before = tiles.subList(0, split);
    List<Tile> after = tiles.subList(split, tiles.size());
    if (2 * width >= height) { // the map is twice as wide as it is high
      lay(before, x, y, width * part, height);
      lay(after, x + width * part, y, width * (1 - part), height);
    } else {
      lay(before, x, y, width, height * part);
      lay(after, x, y + height * part, width, height * (1 - part));
    }
  }

  private void tile(Tile tile, double x, double y, double width, double height) {
    String name = text(tile.name());
    String label = name + ", " + tile.kind() + ": " + number(tile.bytes()) + " bytes";
    html.append(
        String.format(
            Locale.ROOT,
            "<div class=\"%s\" title=\"%s\" style=\"left:%.3f%%;top:%.3f%%;width:%.3f%%;height:%.3f%%\">%s</div>\n",
            tile.kind(),
            label,
            x,
            y,
            width,
            height,
            width * height > 15 ? name : ""));
  }

  private void spaces() {
    html.append("<h2>Pages</h2>\n<table>\n<tr><th>use</th><th>pages</th><th>bytes</th></tr>\n");
    for (SpaceUsage.Space space : usage.spaces()) {
      row(space.name(), space.pages(), SpaceUsageCommand.bytes(space, usage));
    }
    row("all", usage.pages(), usage.bytes());
    html.append("</table>\n");
  }

  private void prefixes() {
    html.append("<h2>Prefixes</h2>\n<table>\n<tr><th>prefix</th><th>keys</th><th>bytes</th>");
    html.append("<th>events of the history</th><th>bytes</th></tr>\n");
    for (SpaceUsage.PrefixUsage one : usage.prefixes().stream().limit(TILES).toList()) {
      row(
          SpaceUsageCommand.name(one),
          one.live().events(),
          one.live().bytes(),
          one.history().events(),
          one.history().bytes());
    }
    html.append("</table>\n");
  }

  private void keys(String heading, List<SpaceUsage.KeyUsage> keys) {
    html.append("<h2>").append(heading).append("</h2>\n<table>\n");
    html.append("<tr><th>key</th><th>bytes of the value</th><th>revisions</th></tr>\n");
    for (SpaceUsage.KeyUsage one : keys) {
      row(BytesText.shown(one.key().getBytes(ISO_8859_1)), one.valueBytes(), one.revisions());
    }
    html.append("</table>\n");
  }

  private void row(String name, long... numbers) {
    html.append("<tr><td>").append(text(name)).append("</td>");
    for (long one : numbers) {
      html.append("<td>").append(number(one)).append("</td>");
    }
    html.append("</tr>\n");
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String text(String text) {
    return TerminalText.escape(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
