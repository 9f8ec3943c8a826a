package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.internal.Counted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts the values of events that Kubernetes encrypted, by the keys it encrypted them with. They
 * begin with {@code k8s:enc:PROVIDER:VERSION:KEY:} (kube-apiserver, {@code storage/value/encrypt}).
 *
 * <p>For one thread. Holds up to 1000 names of keys; more are left out.
 */
public final class EncryptedValues {
  private static final byte[] ENCRYPTED = "k8s:enc:".getBytes(ISO_8859_1);
  private static final int MAX_KEY_NAME = 300; // bytes of provider, version and name
  private static final int MAX_KEYS = 1000;

  private final Map<String, Integer> values = new TreeMap<>(); // how many for each key
  private final Event event = new Event();

  /** Creates one that has seen no event. */
  public EncryptedValues() {}

  /**
   * Looks at an entry of the bucket {@code key}.
   *
   * @param array holds the entry's key, and its value directly after it
   * @param keyOffset where the key begins
   * @param keyLength how long the key is
   * @param valueLength how long the value is
   * @throws CorruptBackupException when the entry is no event
   */
  public void add(byte[] array, int keyOffset, int keyLength, int valueLength)
      throws CorruptBackupException {
    event.readEntry(array, keyOffset, keyLength, valueLength);
    add(event);
  }

  void add(Event one) {
    String key = encryptionKey(one);
    if (!key.isEmpty() && (values.size() < MAX_KEYS || values.containsKey(key))) {
      values.merge(key, 1, Integer::sum);
    }
  }

  /**
   * What is to be known of the events so far.
   *
   * @return a finding for each key, in the order of their names
   */
  public List<Preflight.Finding> findings() {
    List<Preflight.Finding> findings = new ArrayList<>();
    values.forEach(
        (key, count) ->
            findings.add(
                new Preflight.Finding(
                    Preflight.Topic.ENCRYPTION,
                    Counted.of(count, "stored value")
                        + (count == 1 ? " is" : " are")
                        + " encrypted by Kubernetes with "
                        + key,
                    "the API servers need this key in their EncryptionConfiguration")));
    return findings;
  }

  /** The provider and the name of the key; empty for a value that is not encrypted. */
  private static String encryptionKey(Event event) {
    byte[] array = event.array();
    int from = event.valueOffset;
    int end = from + Math.min(event.valueLength, MAX_KEY_NAME);
    if (end - from < ENCRYPTED.length
        || !Arrays.equals(array, from, from + ENCRYPTED.length, ENCRYPTED, 0, ENCRYPTED.length)) {
      return "";
    }
    List<String> fields = new ArrayList<>();
    int begin = from + ENCRYPTED.length;
    for (int i = begin; i < end && fields.size() < 3; i++) {
      if (array[i] == ':') {
        fields.add(new String(array, begin, i - begin, UTF_8));
        begin = i + 1;
      }
    }
    return fields.size() < 3
        ? "an unreadable name of a key"
        : fields.get(0) + ", key '" + fields.get(2) + "'";
  }
}
