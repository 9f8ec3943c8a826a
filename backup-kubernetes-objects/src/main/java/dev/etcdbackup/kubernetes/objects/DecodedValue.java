package dev.etcdbackup.kubernetes.objects;

import dev.etcdbackup.kubernetes.objects.StoredObject.Form;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a value in etcd turned out to be. Decoding never fails: what is not understood is a result
 * with a problem.
 *
 * @param apiVersion empty when it is not known
 * @param kind empty when it is not known
 * @param manifest null when there is a problem
 * @param problem null when there is a manifest
 */
record DecodedValue(
    Form form,
    String apiVersion,
    String kind,
    @Nullable Manifest manifest,
    @Nullable String problem,
    @Nullable Encryption encryption,
    int unknownFields) {
  private static final byte[] PROTOBUF = {'k', '8', 's', 0};

  static DecodedValue of(byte[] etcdKey, byte[] value, EncryptionKeys keys) {
    Encryption encryption = Encryption.of(value);
    byte[] plain = value;
    if (Encryption.isEncrypted(value)) {
      try {
        if (encryption == null) {
          throw new UnreadableException("is encrypted in a form that is not known");
        }
        plain = keys.decrypt(encryption, value, etcdKey);
      } catch (UnreadableException e) {
        return new DecodedValue(Form.ENCRYPTED, "", "", null, e.getMessage(), encryption, 0);
      }
    }
    return plain(plain, encryption);
  }

  private static DecodedValue plain(byte[] value, @Nullable Encryption encryption) {
    Envelope envelope = new Envelope();
    try {
      int length = PROTOBUF.length;
      if (value.length >= length && Arrays.equals(value, 0, length, PROTOBUF, 0, length)) {
        envelope.read(value);
        return protobuf(envelope, encryption);
      }
      return json(value, encryption);
    } catch (UnreadableException e) {
      return new DecodedValue(
          Form.UNREADABLE, envelope.apiVersion, envelope.kind, null, e.getMessage(), encryption, 0);
    }
  }

  /** {@code runtime.Unknown}, in which Kubernetes wraps what it stores. */
  private static final class Envelope {
    String apiVersion = "";
    String kind = "";
    WireReader object = new WireReader(new byte[0]);

    void read(byte[] value) throws UnreadableException {
      WireReader in = new WireReader(Arrays.copyOfRange(value, PROTOBUF.length, value.length));
      while (in.hasNext()) {
        long tag = in.varint();
        if (tag == ((1 << 3) | WireReader.BYTES)) {
          type(in.message());
        } else if (tag == ((2 << 3) | WireReader.BYTES)) {
          object = in.message();
        } else if (tag == ((3 << 3) | WireReader.BYTES)) {
          if (!in.text().isEmpty()) {
            throw new UnreadableException("has a content encoding that is not known");
          }
        } else {
          in.skip((int) (tag & 7));
        }
      }
    }

    private void type(WireReader in) throws UnreadableException {
      while (in.hasNext()) {
        long tag = in.varint();
        if (tag == ((1 << 3) | WireReader.BYTES)) {
          apiVersion = in.text();
        } else if (tag == ((2 << 3) | WireReader.BYTES)) {
          kind = in.text();
        } else {
          in.skip((int) (tag & 7));
        }
      }
    }
  }

  private static DecodedValue protobuf(Envelope envelope, @Nullable Encryption encryption)
      throws UnreadableException {
    Schema.Message message = Schema.get().kind(envelope.apiVersion, envelope.kind);
    if (message == null) {
      throw new UnreadableException("is of a kind that Kubernetes 1.34 does not have");
    }
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("apiVersion", envelope.apiVersion);
    fields.put("kind", envelope.kind);
    ProtobufTree tree = new ProtobufTree(new NodeLimit());
    tree.addTo(fields, message, envelope.object);
    return new DecodedValue(
        Form.PROTOBUF,
        envelope.apiVersion,
        envelope.kind,
        new Manifest(fields),
        null,
        encryption,
        tree.unknownFields());
  }

  private static DecodedValue json(byte[] value, @Nullable Encryption encryption)
      throws UnreadableException {
    if (value.length == 0 || value[0] != '{') {
      throw new UnreadableException("is neither an object in Protocol Buffers nor JSON");
    }
    if (!(JsonTree.read(value, new NodeLimit()) instanceof Map<?, ?> object)) {
      throw new UnreadableException("is no object");
    }
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("apiVersion", null);
    fields.put("kind", null);
    object.forEach((name, field) -> fields.put(String.valueOf(name), field));
    if (!(fields.get("apiVersion") instanceof String apiVersion)
        || !(fields.get("kind") instanceof String kind)) {
      throw new UnreadableException("is JSON without apiVersion and kind");
    }
    return new DecodedValue(Form.JSON, apiVersion, kind, new Manifest(fields), null, encryption, 0);
  }
}
