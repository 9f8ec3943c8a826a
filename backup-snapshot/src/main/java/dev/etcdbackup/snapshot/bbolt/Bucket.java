package dev.etcdbackup.snapshot.bbolt;

/**
 * One bucket of the root.
 *
 * @param name its name, each byte a character (ISO 8859-1)
 * @param root the page at the top of its tree; 0 when it is small and lies in the root's page
 * @param page the page its entry is on
 * @param position where in the file its content lies when it is small: the image of a leaf page
 * @param length how long that image is, in bytes
 */
public record Bucket(String name, long root, long page, long position, int length) {
  /**
   * Whether the content lies in the root's page.
   *
   * @return true when it does
   */
  public boolean isInline() {
    return root == 0;
  }
}
