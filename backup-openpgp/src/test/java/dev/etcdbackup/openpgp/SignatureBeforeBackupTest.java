package dev.etcdbackup.openpgp;

import static dev.etcdbackup.openpgp.SignedBackupStoreTest.KEY;
import static dev.etcdbackup.openpgp.SignedBackupStoreTest.SIGNATURE;
import static dev.etcdbackup.openpgp.SignedBackupStoreTest.SNAPSHOT;
import static dev.etcdbackup.openpgp.SignedBackupStoreTest.put;
import static dev.etcdbackup.openpgp.SignedBackupStoreTest.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The signature is stored before its backup, whatever fails or comes between the two. */
class SignatureBeforeBackupTest {
  private final SigningKey signingKey = TestKeys.signingKey();
  private final InMemoryBackupStore store = new InMemoryBackupStore();
  private final BackupStore signing = SignedBackupStore.signing(store, signingKey);

  /** So whatever fails or is killed in between, there is no backup without a signature. */
  @Test
  void theSignatureIsThereBeforeTheBackup() throws IOException {
    List<BackupKey> stored = new ArrayList<>();
    BackupStore noting =
        new ForwardingBackupStore(store) {
          @Override
          public StoredBackup put(BackupKey key, Content content) throws BackupException {
            StoredBackup put = super.put(key, content);
            stored.add(put.key());
            return put;
          }
        };
    put(SignedBackupStore.signing(noting, signingKey), KEY, SNAPSHOT);

    assertThat(stored).containsExactly(SIGNATURE, KEY);
  }

  @Test
  void whatCannotBeSignedIsNotStoredAndCanBeTriedAgain() throws IOException {
    BackupStore full =
        new ForwardingBackupStore(store) {
          @Override
          public StoredBackup put(BackupKey key, Content content) throws BackupException {
            if (key.isReserved()) {
              throw new StoreException("the store is full", null, true);
            }
            return super.put(key, content);
          }
        };

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> put(SignedBackupStore.signing(full, signingKey), KEY, SNAPSHOT))
        .withMessage(
            KEY + " is not stored, because its signature cannot be stored: the store is full")
        .satisfies(e -> assertThat(e.outcomeUnknown()).isFalse());

    assertThat(store.list("")).isEmpty();
    put(signing, KEY, SNAPSHOT);
    assertThat(read(KEY)).isEqualTo(SNAPSHOT);
  }

  @Test
  void theSignatureOfABackupThatWasNotStoredIsReplaced() throws IOException {
    byte[] cut = Arrays.copyOf(SNAPSHOT, 5000);
    put(store, SIGNATURE, signingKey.sign(SignedBackupStore.statement(KEY, 5000, sha256(cut))));

    put(signing, KEY, SNAPSHOT);

    assertThat(read(KEY)).isEqualTo(SNAPSHOT);
  }

  @Test
  void aSignatureThatCannotBeReplacedIsTold() throws IOException {
    put(store, SIGNATURE, new byte[1]);
    BackupStore locked =
        new ForwardingBackupStore(store) {
          @Override
          public DeleteResult delete(Collection<BackupKey> keys) {
            return new DeleteResult(Set.of(), Map.of(SIGNATURE, "locked until tomorrow"));
          }
        };

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> put(SignedBackupStore.signing(locked, signingKey), KEY, SNAPSHOT))
        .withMessageStartingWith(KEY + " is stored and verified, but its signature is not: ")
        .satisfies(e -> assertThat(e.outcomeUnknown()).isTrue());
  }

  /** As when a recorder and a schedule take their first backup: one of both is stored, signed. */
  @Test
  void ofTwoPutsOfOneNameTheOneThatIsStoredHasItsSignature() throws IOException {
    byte[] other = TestSnapshots.bytes(8, 50);
    for (boolean otherSignsFirst : new boolean[] {false, true}) {
      store.delete(List.of(KEY, SIGNATURE));
      AtomicBoolean met = new AtomicBoolean();
      BackupStore meeting =
          new ForwardingBackupStore(store) {
            @Override
            public StoredBackup put(BackupKey key, Content content) throws BackupException {
              if (key.isReserved() && otherSignsFirst && met.compareAndSet(false, true)) {
                SignedBackupStoreTest.put(signing, KEY, SNAPSHOT);
              }
              StoredBackup stored = super.put(key, content);
              if (key.isReserved() && !otherSignsFirst && met.compareAndSet(false, true)) {
                SignedBackupStoreTest.put(signing, KEY, SNAPSHOT);
              }
              return stored;
            }
          };

      assertThatExceptionOfType(BackupExistsException.class)
          .isThrownBy(() -> put(SignedBackupStore.signing(meeting, signingKey), KEY, other));

      assertThat(met).isTrue();
      assertThat(read(KEY)).isEqualTo(SNAPSHOT);
    }
  }

  private byte[] read(BackupKey key) throws IOException {
    BackupStore requiring =
        SignedBackupStore.requiring(store, SignerKeys.read(List.of(TestKeys.file("public.asc"))));
    StoredBackup stored = store.find(key).orElseThrow();
    try (InputStream in = requiring.open(stored, 0, stored.size())) {
      return in.readAllBytes();
    }
  }
}
