package dev.etcdbackup.name;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A million names of others: none throws, none is lost, and none gets into a message as it is. */
class NameFuzzTest {
  private static final long SEED = 20_200_203;

  /** A million; fewer where the build asks for a share, in percent. */
  private static final int NAMES = 10_000 * Integer.getInteger("etcdbackup.test.share", 100);

  private static final List<ZoneId> ZONES =
      List.of(ZoneOffset.UTC, ZoneId.of("Europe/Berlin"), ZoneOffset.MIN, ZoneOffset.MAX);

  private final Map<BackupKind, Integer> kinds = new EnumMap<>(BackupKind.class);
  private int writable;
  private volatile Throwable failure;

  @Test
  void noneOfAMillionThrowsIsLostOrReachesAMessageAsItIs() throws Exception {
    Thread shallow = new Thread(this::checkAll); // where a million exceptions are cheap
    shallow.setUncaughtExceptionHandler((thread, e) -> failure = e);
    shallow.start();
    shallow.join();

    assertThat(failure).isNull();
    assertThat(kinds)
        .containsOnlyKeys(BackupKind.values())
        .allSatisfy(
            (kind, count) -> assertThat(count).as("of kind %s", kind).isGreaterThan(NAMES / 20));
    assertThat(writable).isBetween(NAMES / 50, NAMES / 2);
  }

  private void checkAll() {
    HostileNames names = new HostileNames(SEED);
    BackupName last = BackupName.parse("");
    for (int i = 0; i < NAMES; i++) {
      String text = names.next();
      try {
        BackupName name = BackupName.parse(text, ZONES.get(i % ZONES.size()));
        check(name, text);
        checkOrder(last, name);
        checkKey(text);
        checkMessage(new BackupExistsException(BackupKey.parse(text)));
        last = name;
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + SEED + ", name " + i + ", " + visible(text), e);
      }
    }
  }

  private void check(BackupName name, String text) {
    require(name.text().equals(text) && name.toString().equals(text), "lost");
    require(name.equals(BackupName.parse(text)) || name.kind() == BackupKind.TARBALL, "unequal");
    require(name.time().isPresent() == (name.kind() != BackupKind.OTHER), "time");
    require(
        name.revision().isPresent()
            == (name.kind() == BackupKind.PERIODIC || name.kind() == BackupKind.CHANGES),
        "revision");
    switch (name.kind()) {
      case PERIODIC -> {
        BackupName written =
            BackupName.periodic(
                name.prefix(), name.revision().orElseThrow(), name.time().orElseThrow());
        for (String suffix : name.encodings()) {
          written = written.withEncoding(suffix);
        }
        require(written.equals(name), "is not written as it was read");
        require(name.isEncrypted() == text.endsWith(".gpg"), "encrypted");
      }
      case TARBALL -> {
        BackupName utc = BackupName.parse(text);
        String plain = BackupName.tarball(utc.time().orElseThrow()).text();
        String tail = text.substring(name.prefix().length() - "etcd-backup".length());
        require(tail.equals(plain) || tail.equals(plain + ".gpg"), "is not written as it was read");
        require(name.isEncrypted() == text.endsWith(".gpg"), "encrypted");
      }
      case CHANGES -> {
        String plain =
            BackupName.changes(
                    name.firstRevision().orElseThrow(),
                    name.revision().orElseThrow(),
                    name.time().orElseThrow())
                .text();
        require(name.base().endsWith(plain), "is not written as it was read");
        require(name.isEncrypted() == text.endsWith(".gpg"), "encrypted");
      }
      case OTHER -> require(name.prefix().isEmpty(), "prefix");
    }
    kinds.merge(name.kind(), 1, Integer::sum);
  }

  private static void checkOrder(BackupName a, BackupName b) {
    int order = BackupName.OLDEST_FIRST.compare(a, b);
    require(
        Integer.signum(order) == -Integer.signum(BackupName.OLDEST_FIRST.compare(b, a)), "order");
    require((order == 0) == a.equals(b), "order and equals differ");
  }

  private void checkKey(String text) {
    BackupKey key = BackupKey.parse(text);
    require(key.toString().equals(text), "lost as a key");
    String whole = text.indexOf('/') < 0 ? key.name() : key.project() + '/' + key.name();
    require(whole.equals(text), "lost in two halves");
    Optional<String> refusal = refusal(key);
    if (refusal.isPresent()) {
      require(isHarmless(refusal.get()), "in a refusal: " + visible(refusal.get()));
      return;
    }
    writable++;
    require(text.getBytes(StandardCharsets.UTF_8).length <= 1024, "too long to write");
    require(text.chars().noneMatch(c -> Character.isISOControl(c) || c == '\\'), "unfit to write");
    for (String segment : text.split("/", -1)) {
      require(
          !segment.isEmpty() && !segment.equals(".") && !segment.equals(".."), "leads elsewhere");
    }
  }

  private static Optional<String> refusal(BackupKey key) {
    try {
      key.requireWritable();
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static void checkMessage(Exception e) {
    require(isHarmless(String.valueOf(e.getMessage())), "in a message: " + visible(e.getMessage()));
  }

  private static boolean isHarmless(String text) {
    return text.codePoints()
        .noneMatch(
            c ->
                switch (Character.getType(c)) {
                  case Character.CONTROL,
                      Character.FORMAT,
                      Character.LINE_SEPARATOR,
                      Character.PARAGRAPH_SEPARATOR,
                      Character.SURROGATE ->
                      true;
                  default -> false;
                });
  }

  private static void require(boolean held, String what) {
    if (!held) {
      throw new AssertionError(what);
    }
  }

  /** ASCII, to be pasted into a test. */
  private static String visible(String text) {
    StringBuilder out = new StringBuilder("\"");
    text.chars()
        .limit(300)
        .forEach(
            c -> out.append(c >= ' ' && c < 0x7f ? "" + (char) c : String.format("\\u%04x", c)));
    return out.append('"').toString();
  }
}
