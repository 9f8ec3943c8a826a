package dev.etcdbackup.kubernetes.objects;

/**
 * How many fields and members an object may have: far more than one of etcd's largest values needs,
 * and few enough that a crafted value takes no more than some 100 MiB.
 */
final class NodeLimit {
  private static final int MAX = 500_000;

  private int count;

  void add() throws UnreadableException {
    if (++count > MAX) {
      throw new UnreadableException("has more than " + MAX + " fields");
    }
  }
}
