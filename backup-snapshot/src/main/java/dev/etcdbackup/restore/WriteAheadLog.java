package dev.etcdbackup.restore;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The first file of the write-ahead log, whose records say who is in the cluster. Source: {@code
 * wal/wal.go}, {@code wal/encoder.go} and {@code walpb/record.proto}.
 */
final class WriteAheadLog {
  /** The name of the file: its number and its first index. */
  static final String NAME = "%016x-%016x.wal".formatted(0, 0);

  /** How long the file is made; etcd fills it up. Zeros are the end of the log. */
  static final long SIZE = 64_000_000;

  private static final int METADATA = 1;
  private static final int ENTRY = 2;
  private static final int STATE = 3;
  private static final int CRC = 4;
  private static final int SNAPSHOT = 5;
  private static final int CONF_CHANGE = 1; // a type of entry

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final CRC32C crc = new CRC32C(); // over the data of all records so far

  private WriteAheadLog() {}

  static byte[] of(RaftState state, ClusterMember self) {
    WriteAheadLog log = new WriteAheadLog();
    NewCluster cluster = state.cluster();
    log.record(CRC, null);
    log.record(METADATA, new Message().number(1, self.id()).number(2, cluster.id()).toBytes());
    log.record(SNAPSHOT, new Message().number(1, 0).number(2, 0).toBytes());
    for (int i = 0; i < cluster.members().size(); i++) {
      log.record(ENTRY, entry(i + 1, cluster.members().get(i)));
    }
    long vote = cluster.members().get(0).id();
    log.record(
        STATE,
        new Message().number(1, RaftState.TERM).number(2, vote).number(3, state.index()).toBytes());
    // etcd 3.7 starts from this ConfState; 3.4 neither writes nor reads it.
    log.record(
        SNAPSHOT,
        new Message()
            .number(1, state.index())
            .number(2, RaftState.TERM)
            .bytes(3, state.confState())
            .toBytes());
    return log.out.toByteArray();
  }

  /** {@code raftpb.Entry}: a {@code ConfChange} that adds a member. */
  private static byte[] entry(long index, ClusterMember member) {
    byte[] change =
        new Message()
            .number(1, 0)
            .number(2, 0) // AddNode
            .number(3, member.id())
            .bytes(4, member.json().getBytes(UTF_8))
            .toBytes();
    return new Message()
        .number(1, CONF_CHANGE)
        .number(2, RaftState.TERM)
        .number(3, index)
        .bytes(4, change)
        .toBytes();
  }

  /** The length, whose top byte says how many zeros follow the record to a multiple of eight. */
  private void record(int type, byte @Nullable [] data) {
    if (data != null) {
      crc.update(data);
    }
    Message fields = new Message().number(1, type).number(2, crc.getValue());
    byte[] record = (data == null ? fields : fields.bytes(3, data)).toBytes();
    int padding = -record.length & 7;
    long length = record.length | (padding == 0 ? 0 : (0x80L | padding) << 56);
    out.writeBytes(
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
    out.writeBytes(record);
    out.writeBytes(new byte[padding]);
  }
}
