package dev.etcdbackup.catalogue;

import dev.etcdbackup.catalogue.ForeignBackup.Role;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code PREFIX/v2/Full-START-LAST-EPOCH}, possibly with {@code .gz}, {@code .Z} or {@code .zlib}
 * and {@code .final}; {@code Incr-…} are increments. Version 1 has {@code v1/Backup-EPOCH/} instead
 * of {@code v2/}. A further segment is a chunk of an upload that did not end.
 */
final class GardenerFormat implements NameFormat {
  private static final Pattern KEY =
      Pattern.compile(
          "((?:.*/)?(?:v2|v1/Backup-\\d{1,12}))/((Full|Incr)-(\\d{8,19})-(\\d{8,19})-(\\d{1,12})"
              + "(\\.gz|\\.Z|\\.zlib)?(?:\\.final)?)(/\\d{1,20})?",
          Pattern.DOTALL);

  @Override
  public ForeignFormat format() {
    return new ForeignFormat(
        "gardener",
        "Gardener's etcd-backup-restore, etcd-druid",
        "shoot--foo--bar/etcd-main/v2/Full-00000000-00009002-1518427675.gz");
  }

  @Override
  public @Nullable Found read(KeyParts key) {
    if (!key.text().contains("/Full-") && !key.text().contains("/Incr-")) {
      return null;
    }
    Matcher parts = KEY.matcher(key.text());
    Instant time = parts.matches() ? Times.ofEpoch(parts.group(6)) : null;
    if (time == null) {
      return null;
    }
    List<String> encodings = parts.group(7) == null ? List.of() : List.of(encoding(parts.group(7)));
    String whole = parts.group(1) + '/' + parts.group(2);
    Found found =
        Found.snapshot(time, place(parts.group(1)), encodings)
            .inGroup(whole)
            .atRevision(revision(parts.group(5)));
    if (parts.group(8) != null) {
      return found.as(Role.COMPANION);
    }
    return parts.group(3).equals("Full") ? found : found.as(Role.INCREMENT);
  }

  /** Version 1 begins a directory for each full snapshot. */
  private static String place(String directory) {
    int backup = directory.lastIndexOf("/Backup-");
    return backup < 0 ? directory : directory.substring(0, backup);
  }

  private static String encoding(String suffix) {
    return switch (suffix) {
      case ".gz" -> "gzip";
      case ".Z" -> "lzw";
      default -> "zlib";
    };
  }

  private static long revision(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException tooLarge) {
      return -1;
    }
  }
}
