package dev.etcdbackup.catalogue;

import dev.etcdbackup.Backup;
import dev.etcdbackup.catalogue.ForeignBackup.TimeSource;
import dev.etcdbackup.name.BackupKind;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Recognises the backups of other tools by their keys. It reads keys alone, and writes nothing: no
 * backup gets such a name here.
 *
 * <p>The formats are asked in the order of {@link #formats()}, and no key is claimed by two of
 * them. What none recognises, and every name that this library writes, is not in the catalogue.
 *
 * <p>Immutable and thread-safe.
 */
public final class Catalogue {
  private static final Catalogue UTC = new Catalogue(ZoneOffset.UTC, Formats.TABLE);

  private final ZoneId localZone;
  private final List<NameFormat> table;

  private Catalogue(ZoneId localZone, List<NameFormat> table) {
    this.localZone = Objects.requireNonNull(localZone, "localZone");
    this.table = table;
  }

  /**
   * Returns a catalogue that reads local times as UTC.
   *
   * @return the catalogue
   */
  public static Catalogue utc() {
    return UTC;
  }

  /**
   * Returns a catalogue that reads local times in a zone. Formats with a local time are {@code
   * csm-manual}, {@code csm-hms}, {@code openshift}, {@code giantswarm} and {@code kamaji}; the
   * others write UTC or the offset.
   *
   * @param localZone the time zone of the machines that wrote those names
   * @return the catalogue
   */
  public static Catalogue inZone(ZoneId localZone) {
    return new Catalogue(localZone, Formats.TABLE);
  }

  /**
   * Returns a catalogue that also recognises snapshots of k3s and RKE2 by names that an
   * administrator chose: {@code NAME-NODE-EPOCH} with {@code etcd-snapshot-name: NAME} in the
   * configuration of k3s or {@code k3s etcd-snapshot save --name NAME}. What another format
   * recognises remains of that format.
   *
   * @param names the names, in place of those of an earlier call; may be empty
   * @return the catalogue
   * @throws IllegalArgumentException when a name is empty or has a slash
   */
  public Catalogue withK3sNames(Collection<String> names) {
    for (String name : names) {
      if (name.isEmpty() || name.indexOf('/') >= 0) {
        throw new IllegalArgumentException(
            "a name of k3s must have a character and no slash, not '" + name + "'");
      }
    }
    if (names.isEmpty()) {
      return new Catalogue(localZone, Formats.TABLE);
    }
    List<NameFormat> all = new ArrayList<>(Formats.TABLE);
    all.add(new K3sFormat(names));
    return new Catalogue(localZone, List.copyOf(all));
  }

  /**
   * Returns the formats that are recognised.
   *
   * @return the formats in the order in which they are asked
   */
  public static List<ForeignFormat> formats() {
    return Formats.TABLE.stream().map(NameFormat::format).toList();
  }

  /**
   * Finds a format by its label.
   *
   * @param label the label, for example {@code k3s}
   * @return the format; empty when there is none of that label
   */
  public static Optional<ForeignFormat> format(String label) {
    Objects.requireNonNull(label, "label");
    return formats().stream().filter(one -> one.label().equals(label)).findFirst();
  }

  /**
   * Recognises a backup of another tool.
   *
   * @param backup the object, as it was listed
   * @return what its key says; empty when its kind is not other, or no format recognises its key
   */
  public Optional<ForeignBackup> find(Backup backup) {
    if (backup.kind() != BackupKind.OTHER) {
      return Optional.empty();
    }
    KeyParts key = KeyParts.of(backup.key().toString(), localZone);
    for (NameFormat format : table) {
      @Nullable Found found = format.read(key);
      if (found != null) {
        return Optional.of(foreign(backup, format.format(), found));
      }
    }
    return Optional.empty();
  }

  /**
   * Returns the label of a backup's kind: that of its format when another tool wrote it, otherwise
   * its {@link BackupKind} in lower case.
   *
   * @param backup the backup
   * @return the label, for example {@code periodic}, {@code k3s} or {@code other}
   */
  public String label(Backup backup) {
    return find(backup)
        .map(one -> one.format().label())
        .orElseGet(() -> backup.kind().name().toLowerCase(Locale.ROOT));
  }

  /**
   * Returns the whole snapshots of other tools in a listing.
   *
   * @param backups the listing, in any order
   * @return those that are recognised, in the order of the listing, without increments and
   *     companions
   */
  public List<ForeignBackup> snapshots(Collection<Backup> backups) {
    return backups.stream()
        .map(this::find)
        .flatMap(Optional::stream)
        .filter(ForeignBackup::isSnapshot)
        .toList();
  }

  private static ForeignBackup foreign(Backup backup, ForeignFormat format, Found found) {
    @Nullable Instant named = found.time();
    return new ForeignBackup(
        backup,
        format,
        found.role(),
        named != null ? named : backup.stored().lastModified(),
        named != null ? TimeSource.NAME : TimeSource.LAST_MODIFIED,
        withoutProject(found.series(), backup.key().project()),
        found.group(),
        found.encodings(),
        found.revision() < 0 ? OptionalLong.empty() : OptionalLong.of(found.revision()));
  }

  private static String withoutProject(String series, String project) {
    if (series.equals(project)) {
      return "";
    }
    return !project.isEmpty() && series.startsWith(project + '/')
        ? series.substring(project.length() + 1)
        : series;
  }
}
