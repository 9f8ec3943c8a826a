package dev.etcdbackup.etcd;

import java.util.List;

/** Says what to do when etcd does not take what is restored. */
final class RestoreRefusal {
  private RestoreRefusal() {}

  static String explain(String said, List<RestoreBatch.Item> batch) {
    if (said.contains("database space exceeded")) {
      return said
          + ": raise etcd's --quota-backend-bytes, or compact and defragment it, and disarm its"
          + " alarm";
    }
    if (said.contains("request is too large") || said.contains("larger than max")) {
      long largest = batch.stream().mapToLong(RestoreBatch.Item::size).max().orElse(0);
      return said
          + ": the largest of "
          + batch.size()
          + " keys takes "
          + largest
          + " bytes; raise etcd's --max-request-bytes, or restore with a smaller maxRequestBytes";
    }
    if (said.contains("too many operations")) {
      return said + ": set maxTxnOps to etcd's --max-txn-ops";
    }
    return said;
  }
}
