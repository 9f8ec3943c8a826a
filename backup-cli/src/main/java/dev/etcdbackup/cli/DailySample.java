package dev.etcdbackup.cli;

/**
 * The argument of {@code --sample}: {@code 1/N}.
 *
 * @param days the N, 1 to 999
 */
record DailySample(int days) {
  static final DailySample ALL = new DailySample(1);

  static DailySample parse(String text) {
    if (!text.matches("1/[1-9][0-9]{0,2}")) {
      throw new IllegalArgumentException("'" + text + "' is not a share of 1/1 to 1/999");
    }
    return new DailySample(Integer.parseInt(text.substring(2)));
  }
}
