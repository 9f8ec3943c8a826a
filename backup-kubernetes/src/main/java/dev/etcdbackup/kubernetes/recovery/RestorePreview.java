package dev.etcdbackup.kubernetes.recovery;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a restore of a StatefulSet would do. Making one changes nothing in the cluster.
 *
 * @param lines the steps in their order, one line each, and before them what to consider
 * @param manifests the claims and Jobs that would be created, in the order in which they would be
 */
public record RestorePreview(List<String> lines, List<HasMetadata> manifests) {
  private static final Pattern BREAK = Pattern.compile("\\R"); // all that YAML knows, and more

  /** Copies the lists. */
  public RestorePreview {
    lines = List.copyOf(lines);
    manifests = List.copyOf(manifests);
  }

  /**
   * Returns the lines, as comments, and the manifests as YAML documents. A line break in a line,
   * which the name of a backup may have, begins another comment.
   *
   * @return the text; {@code kubectl apply --dry-run=server -f -} accepts it
   */
  public String text() {
    StringBuilder text = new StringBuilder();
    lines.forEach(
        line -> text.append("# ").append(BREAK.matcher(line).replaceAll("\n# ")).append('\n'));
    manifests.forEach(one -> text.append(Serialization.asYaml(one)));
    return text.toString();
  }
}
