package com.example.operator;

import dev.etcdbackup.Backup;
import dev.etcdbackup.retention.RetentionPolicy;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A policy of one's own. */
final class KeepMondays implements RetentionPolicy {
  @Override
  public Map<Backup, String> keep(List<Backup> newestFirst, Instant now) {
    Map<Backup, String> kept = new HashMap<>();
    for (Backup backup : newestFirst) {
      DayOfWeek day = backup.time().orElseThrow().atZone(ZoneOffset.UTC).getDayOfWeek();
      if (day == DayOfWeek.MONDAY) {
        kept.put(backup, "taken on a Monday");
      }
    }
    return kept;
  }
}
