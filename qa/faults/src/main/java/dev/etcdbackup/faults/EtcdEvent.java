package dev.etcdbackup.faults;

import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What can happen to an etcd while it streams a snapshot. */
enum EtcdEvent {
  KILLED("etcd killed", 1) {
    @Override
    void happen(Members members, long id) {
      members.member(id).kill();
    }

    @Override
    void end(Members members) throws IOException {
      members.restartDead();
    }
  },
  PAUSED("etcd paused", 1) {
    @Override
    void happen(Members members, long id) throws IOException {
      members.member(id).pause();
    }

    @Override
    void end(Members members) throws IOException {
      members.resume();
    }
  },
  COMPACTED("etcd compacts", 1) {
    @Override
    void happen(Members members, long id) throws IOException {
      EtcdServer member = members.member(id);
      members.fill();
      member.etcdctl("compact", "--physical", Long.toString(member.revision()));
    }
  },
  DEFRAGMENTED("etcd defragments", 1) {
    @Override
    void happen(Members members, long id) {
      members.inTheMeantime(
          () -> {
            try {
              members.member(id).etcdctl("defrag", "--command-timeout=60s");
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }

    @Override
    void end(Members members) throws InterruptedException {
      members.awaitMeantime();
    }
  },
  LEADER_MOVED("another leader", 3) {
    @Override
    void happen(Members members, long id) throws IOException {
      EtcdServer leader = members.leader();
      String next = Long.toHexString(members.others(leader.memberId()).get(0).memberId());
      leader.etcdctl("move-leader", next);
    }
  },
  LEADER_KILLED("its leader killed", 3) {
    @Override
    void happen(Members members, long id) throws IOException {
      if (members.leader().memberId() == id) {
        LEADER_MOVED.happen(members, id);
      }
      members.leader().kill();
    }

    @Override
    void end(Members members) throws IOException {
      members.restartDead();
    }
  },
  QUORUM_LOST("leader and quorum lost", 3) {
    @Override
    void happen(Members members, long id) {
      members.others(id).forEach(EtcdServer::kill);
    }

    @Override
    void end(Members members) throws IOException {
      members.restartDead();
    }
  },
  MEMBER_REMOVED("member removed", 3) {
    @Override
    void happen(Members members, long id) throws IOException {
      EtcdServer another = members.others(id).get(0);
      Members.insist(another, "member", "remove", Long.toHexString(id));
    }
  };

  private final String text;
  private final int members;

  EtcdEvent(String text, int members) {
    this.text = text;
    this.members = members;
  }

  int members() {
    return members;
  }

  /** Has it happen, to the member with this id where it matters. */
  abstract void happen(Members members, long id) throws IOException;

  /** Mends what can be mended. */
  void end(Members members) throws Exception {}

  @Override
  public String toString() {
    return text;
  }
}
