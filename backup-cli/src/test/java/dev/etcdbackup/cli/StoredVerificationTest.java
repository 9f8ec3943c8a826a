package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.directory.DirectoryBackupStore;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.openpgp.OpenPgpEncoding;
import dev.etcdbackup.openpgp.Passphrase;
import dev.etcdbackup.openpgp.PrivateKeys;
import dev.etcdbackup.openpgp.RecipientKeys;
import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.snapshot.SnapshotBackupVerifier;
import dev.etcdbackup.tarball.Tarball;
import dev.etcdbackup.testkit.TestSnapshots;
import dev.etcdbackup.testkit.s3.S3Server;
import dev.etcdbackup.zstd.Zstandard;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A large backup is verified with one request that reads it once, whatever its encoding, and there
 * is no place for a temporary file.
 */
@Tag("slow")
class StoredVerificationTest {
  private static final Instant TIME = Instant.parse("2026-11-22T10:00:00Z");
  private static final String PERIODIC = BackupName.periodic("etcd.backup", 7, TIME).text();
  private static final List<String> NAMES =
      List.of(
          PERIODIC,
          PERIODIC + ".zst",
          PERIODIC + ".gpg",
          PERIODIC + ".zst.gpg",
          BackupName.tarball(TIME).text());

  @TempDir Path directory;

  @Test
  void inADirectoryAndInS3() throws Exception {
    BackupEncodings encodings = encodings();
    byte[] snapshot = TestSnapshots.bytes(1, 9000);
    assertThat(snapshot).hasSizeGreaterThan(32 << 20);
    try (S3Server server = S3Server.embedded();
        S3Client client =
            S3Clients.forRgw(server.endpoint())
                .credentials(
                    StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(server.accessKey(), server.secretKey())))
                .build()) {
      client.createBucket(request -> request.bucket("verified"));
      BackupStore s3 = S3BackupStore.builder(client, "verified").build();
      BackupStore local =
          DirectoryBackupStore.at(Files.createDirectory(directory.resolve("store")));
      for (String name : NAMES) {
        byte[] encoded = encode(snapshot, name, encodings);
        assertReadOnce(local, name, encoded, encodings);
        assertReadOnce(s3, name, encoded, encodings);
      }
    }
  }

  private static byte[] encode(byte[] snapshot, String name, BackupEncodings encodings)
      throws IOException {
    Content content = Content.of(new ByteArrayInputStream(snapshot), snapshot.length);
    try (InputStream encoded = encodings.encode(content, BackupName.parse(name)).stream()) {
      return encoded.readAllBytes();
    }
  }

  private void assertReadOnce(
      BackupStore stores, String name, byte[] encoded, BackupEncodings encodings)
      throws IOException {
    CountedReads store = new CountedReads(stores);
    Content content = Content.of(new ByteArrayInputStream(encoded), encoded.length);
    Backup backup = Backup.of(store.put(BackupKey.of("p", name), content), ZoneOffset.UTC);
    Path nowhere = directory.resolve("nowhere");
    SnapshotBackupVerifier verifier = new SnapshotBackupVerifier(encodings, nowhere);
    assertThat(verifier.verify(backup, store).problems()).as(name).isEmpty();
    assertThat(store.requests).as(name).isEqualTo(1);
    assertThat(store.bytes).as(name).isEqualTo(encoded.length);
    assertThat(nowhere).doesNotExist();
  }

  private BackupEncodings encodings() throws IOException {
    OpenPgpFiles files = OpenPgpFiles.in(Files.createTempDirectory(directory, "keys"));
    try (Passphrase passphrase = Passphrase.read(files.passphrase())) {
      return BackupEncodings.of(
          new Tarball(),
          new Zstandard(),
          OpenPgpEncoding.builder()
              .encryptTo(RecipientKeys.read(List.of(files.publicKey())))
              .decryptWith(PrivateKeys.read(files.privateKey(), passphrase))
              .build());
    }
  }
}
