package dev.etcdbackup.internal;

/** A number with what is counted, in messages. */
public final class Counted {
  private Counted() {}

  /**
   * Writes it.
   *
   * @param count the number
   * @param noun what is counted, in the singular; its plural ends with {@code s}
   * @return {@code 1 object}, {@code 2 objects}
   */
  public static String of(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
