package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import dev.etcdbackup.snapshot.bbolt.Leaf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads the pairs of the buckets beside {@code key}. */
final class Records {
  private static final int MAX_SIZE = 1 << 20; // etcd's own are some hundred bytes

  private Records() {}

  /** To be asked before a pair is copied and read: what is read can take many times its size. */
  static void requireSmall(Leaf leaf) throws MalformedException {
    if (leaf.keyLength() + leaf.valueLength() > MAX_SIZE) {
      throw new MalformedException("is larger than 1 MiB");
    }
  }

  /** Bucket {@code lease}: the id -> {@code leasepb.Lease}. */
  static Lease lease(byte[] key, byte[] value) throws MalformedException {
    long id = 0;
    long ttl = 0;
    long remaining = 0;
    Protobuf fields = new Protobuf(value);
    while (fields.next()) {
      switch (fields.field()) {
        case 1 -> id = fields.number();
        case 2 -> ttl = fields.number();
        case 3 -> remaining = fields.number();
        default -> {
          // a later version's
        }
      }
    }
    if (id != BigEndian.int64(key)) {
      throw new MalformedException("is of another lease than its key says");
    }
    return new Lease(id, ttl, remaining);
  }

  /** Bucket {@code alarm}: {@code etcdserverpb.AlarmMember} -> nothing. */
  static Alarm alarm(byte[] key) throws MalformedException {
    long member = 0;
    long type = 0;
    Protobuf fields = new Protobuf(key);
    while (fields.next()) {
      switch (fields.field()) {
        case 1 -> member = fields.number();
        case 2 -> type = fields.number();
        default -> {
          // a later version's
        }
      }
    }
    return new Alarm(
        member,
        type == 1 ? Alarm.Type.NOSPACE : type == 2 ? Alarm.Type.CORRUPT : Alarm.Type.UNKNOWN);
  }

  /** Bucket {@code members}: the id in hex -> JSON. */
  static Member member(byte[] key, byte[] value) throws MalformedException {
    MemberFields member = new MemberFields();
    JsonObject.read(value, member);
    if (member.id != memberId(key)) {
      throw new MalformedException("is of another member than its key says");
    }
    return new Member(member.id, member.name, member.peerUrls, member.clientUrls, member.learner);
  }

  private static final class MemberFields implements JsonObject.Fields {
    private long id;
    private String name = "";
    private List<String> peerUrls = List.of();
    private List<String> clientUrls = List.of();
    private boolean learner;

    @Override
    public boolean field(String field, JsonParser value) throws IOException, MalformedException {
      switch (field) {
        case "id" -> id = JsonObject.unsigned(value);
        case "name" -> name = JsonObject.text(value);
        case "peerURLs" -> peerUrls = JsonObject.texts(value);
        case "clientURLs" -> clientUrls = JsonObject.texts(value);
        case "isLearner" -> learner = JsonObject.truth(value);
        default -> {
          return false; // a later version's
        }
      }
      return true;
    }
  }

  /** The key in the buckets {@code members} and {@code members_removed}. */
  static long memberId(byte[] key) throws MalformedException {
    String hex = new String(key, UTF_8);
    try {
      long id = Long.parseUnsignedLong(hex, 16);
      if (Long.toHexString(id).equals(hex)) {
        return id;
      }
    } catch (NumberFormatException notHex) {
      // as below
    }
    throw new MalformedException("has a key that is not the id of a member");
  }

  /** Bucket {@code authUsers}: the name -> {@code authpb.User}, whose password is passed over. */
  static AuthSummary.User user(byte[] key, byte[] value) throws MalformedException {
    byte[] name = {};
    boolean noPassword = false;
    List<String> roles = new ArrayList<>();
    Protobuf fields = new Protobuf(value);
    while (fields.next()) {
      switch (fields.field()) {
        case 1 -> name = fields.bytes();
        case 3 -> roles.add(fields.text());
        case 4 -> noPassword = noPassword(fields.bytes());
        default -> {
          // the password, or a later version's
        }
      }
    }
    return new AuthSummary.User(sameName(key, name), roles, noPassword);
  }

  private static boolean noPassword(byte[] options) throws MalformedException {
    boolean noPassword = false;
    Protobuf fields = new Protobuf(options);
    while (fields.next()) {
      noPassword |= fields.field() == 1 && fields.number() != 0;
    }
    return noPassword;
  }

  /** Bucket {@code authRoles}: the name -> {@code authpb.Role}. */
  static AuthSummary.Role role(byte[] key, byte[] value) throws MalformedException {
    byte[] name = {};
    List<AuthSummary.Permission> permissions = new ArrayList<>();
    Protobuf fields = new Protobuf(value);
    while (fields.next()) {
      switch (fields.field()) {
        case 1 -> name = fields.bytes();
        case 2 -> permissions.add(permission(fields.bytes()));
        default -> {
          // a later version's
        }
      }
    }
    return new AuthSummary.Role(sameName(key, name), permissions);
  }

  private static AuthSummary.Permission permission(byte[] message) throws MalformedException {
    long type = 0;
    byte[] key = {};
    byte[] rangeEnd = {};
    Protobuf fields = new Protobuf(message);
    while (fields.next()) {
      switch (fields.field()) {
        case 1 -> type = fields.number();
        case 2 -> key = fields.bytes();
        case 3 -> rangeEnd = fields.bytes();
        default -> {
          // a later version's
        }
      }
    }
    AuthSummary.Permission.Type[] types = AuthSummary.Permission.Type.values();
    int known = type >= 0 && type < types.length ? (int) type : types.length - 1;
    return new AuthSummary.Permission(types[known], range(key, rangeEnd));
  }

  /** etcd writes no end for one key, and an end of one zero byte for all keys from one on. */
  private static KeyRange range(byte[] key, byte[] rangeEnd) {
    if (rangeEnd.length == 0) {
      return KeyRange.of(key);
    }
    return rangeEnd.length == 1 && rangeEnd[0] == 0
        ? KeyRange.from(key)
        : KeyRange.between(key, rangeEnd);
  }

  private static String sameName(byte[] key, byte[] name) throws MalformedException {
    if (!Arrays.equals(key, name)) {
      throw new MalformedException("has another name than its key says");
    }
    return new String(name, UTF_8);
  }
}
