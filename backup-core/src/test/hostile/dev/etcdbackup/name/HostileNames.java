package dev.etcdbackup.name;

import java.util.Random;

/** Names as an attacker or a defective program would choose them; the same for the same seed. */
public final class HostileNames {
  private static final String[] PIECES = {
    "etcd.backup",
    "p",
    "_v",
    "_v9",
    "_v07_",
    "_v9223372036854775807_",
    "_v9223372036854775808_",
    "_v99999999999999999999999_",
    "2020-02-03-20:45:48",
    "2020-02-30-20:45:48",
    "0000-01-01-00:00:00",
    "9999-12-31-23:59:59",
    "9999-12-31-23:59:60",
    "\u0662\u0660\u0662\u0660-02-03-20:45:48",
    "etcd-backup-",
    "2020-02-03-20-45-48",
    "0000-01-01-00-00-00",
    "2020-03-29-02-30-00",
    ".tar.gz",
    ".zst",
    ".gpg",
    "/",
    "//",
    "..",
    ".",
    "../../../etc/passwd",
    "C:\\",
    "\\..\\",
    ".etcd-backup",
    "\0",
    "\n",
    "\r\n2020-02-03 WARN all backups are gone",
    "\u001b[2J\u001b]0;x\u0007",
    "\u009b31m",
    "\u007f",
    "\u202egpj.exe\u202c",
    "\u200b\ufeff",
    "\u2028\u2029",
    "\ud83d",
    "\ude00",
    "\ud83d\ude00",
    "\udb40\udc41", // a tag: format, beyond the basic plane
    "\ufffe\uffff",
    "<script>&\"'",
    "%s%n%x{}${jndi:ldap://x}",
    "\u0301\u0301\u0301",
  };

  private final Random random;

  public HostileNames(long seed) {
    this.random = new Random(seed);
  }

  public String next() {
    StringBuilder name = new StringBuilder();
    switch (random.nextInt(8)) {
      case 0, 1 -> appendPieces(name, 8);
      case 2 -> appendChars(name, 60);
      case 3, 4 -> appendWhole(name);
      case 5, 6 -> {
        appendWhole(name);
        for (int i = random.nextInt(3); i >= 0; i--) {
          change(name);
        }
      }
      default -> {
        appendPieces(name, 3);
        appendWhole(name);
        appendPieces(name, 2);
      }
    }
    if (random.nextInt(2_000) == 0) {
      name.append("_v9_2020-02-03-20:45:48/".repeat(random.nextInt(400)));
    }
    return name.toString();
  }

  private void appendPieces(StringBuilder name, int most) {
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      name.append(PIECES[random.nextInt(PIECES.length)]);
    }
  }

  private void appendChars(StringBuilder name, int most) {
    int range = new int[] {0x20, 0x80, 0x100, 0x3000, 0x10000}[random.nextInt(5)];
    for (int i = random.nextInt(most); i > 0; i--) {
      name.append((char) random.nextInt(range));
    }
  }

  private void appendWhole(StringBuilder name) {
    String time =
        String.join(
            "-",
            pad(random.nextInt(10_000), 4),
            pad(1 + random.nextInt(12), 2),
            pad(1 + random.nextInt(29), 2));
    String[] clock = {
      pad(random.nextInt(24), 2), pad(random.nextInt(60), 2), pad(random.nextInt(60), 2)
    };
    if (random.nextInt(3) == 0) {
      long from = random.nextLong() >>> (1 + random.nextInt(62));
      name.append(random.nextBoolean() ? "" : "sub/").append("etcd.changes_v").append(from);
      name.append("-v").append(random.nextInt(8) == 0 ? 1 : from).append('_').append(time);
      name.append('-').append(String.join(":", clock));
    } else if (random.nextBoolean()) {
      appendPieces(name, 2);
      long revision = random.nextLong() >>> (1 + random.nextInt(62));
      name.append("_v").append(revision).append('_').append(time);
      name.append('-').append(String.join(":", clock));
    } else {
      name.append(random.nextBoolean() ? "" : "sub/").append("etcd-backup-").append(time);
      name.append('-').append(String.join("-", clock)).append(".tar.gz");
      name.append(random.nextInt(4) == 0 ? ".gpg" : "");
    }
  }

  private void change(StringBuilder name) {
    if (name.isEmpty()) {
      return;
    }
    int at = random.nextInt(name.length());
    char c = (char) random.nextInt(random.nextBoolean() ? 0x80 : 0x10000);
    switch (random.nextInt(4)) {
      case 0 -> name.setCharAt(at, c);
      case 1 -> name.insert(at, c);
      case 2 -> name.deleteCharAt(at);
      default -> name.insert(at, PIECES[random.nextInt(PIECES.length)]);
    }
  }

  private static String pad(int value, int width) {
    String digits = Integer.toString(value);
    return "0".repeat(width - digits.length()) + digits;
  }
}
