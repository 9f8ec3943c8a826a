package dev.etcdbackup.restore;

/**
 * What the members of a new cluster agree on before they start: that each of them was added, one
 * entry each, in term 1. Numbers of fields: {@code raftpb/raft.proto}.
 *
 * @param cluster the cluster
 */
record RaftState(NewCluster cluster) {
  static final long TERM = 1;

  /** The index of the last entry. */
  long index() {
    return cluster.members().size();
  }

  /** {@code ConfState}: all vote. */
  byte[] confState() {
    Message state = new Message();
    cluster.members().forEach(member -> state.number(1, member.id()));
    return state.number(5, 0).toBytes(); // auto_leave
  }
}
