package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.testkit.s3.EmbeddedS3;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A server of the testkit as a parameter. */
class S3ParameterTest {
  private static final List<URI> ended = new ArrayList<>();
  private static URI ofTheClass;

  @BeforeAll
  static void takeOneForAll(@EmbeddedS3 S3Server s3) {
    ofTheClass = s3.endpoint();
  }

  @Test
  void eachParameterIsAServerOfItsOwn(@EmbeddedS3 S3Server one, @EmbeddedS3 S3Server other)
      throws Exception {
    try (TestBucket bucket = new TestBucket(one)) {
      BackupStore store = bucket.store().build();
      assertThat(store.list("")).isEmpty();
    }
    assertThat(one.endpoint()).isNotEqualTo(other.endpoint());
    ended.addAll(List.of(one.endpoint(), other.endpoint()));
  }

  @AfterAll
  static void itIsStoppedAfterTheTestAndThatOfTheClassIsNot() {
    assertThat(ended).hasSize(2).noneMatch(S3ParameterTest::answers);
    assertThat(answers(ofTheClass)).isTrue();
  }

  private static boolean answers(URI endpoint) {
    try (Socket socket = new Socket(endpoint.getHost(), endpoint.getPort())) {
      return socket.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }
}
