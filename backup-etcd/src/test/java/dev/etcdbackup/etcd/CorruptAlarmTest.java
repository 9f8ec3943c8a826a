package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.SourceException;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Etcd's alarm CORRUPT, which it raises when a member's data differ from those of the others. */
@Tag("server")
@Timeout(60)
class CorruptAlarmTest {
  @Test
  void noSnapshotIsTakenFromAMemberThatIsCorrupt() throws Exception {
    try (EtcdServer etcd = EtcdServer.start()) {
      etcd.put("a", "1");
      EtcdSnapshotSource source =
          EtcdSnapshotSource.builder(EtcdConnection.to(etcd.endpoints())).build();
      raise(etcd, "1");
      source.open().close(); // that is another member

      raise(etcd, Long.toUnsignedString(etcd.memberId()));
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(source::open)
          .withMessageContaining(
              "no member provides a snapshot: "
                  + etcd.endpoint()
                  + ": etcd's alarm CORRUPT says that its data are corrupt");

      etcd.etcdctl("alarm", "disarm");
      source.open().close();

      raise(etcd, "0"); // etcd did not find out which member it is
      assertThatExceptionOfType(SourceException.class).isThrownBy(source::open);
    }
  }

  private static void raise(EtcdServer etcd, String memberId) throws Exception {
    String body =
        "{\"action\":\"ACTIVATE\",\"memberID\":\"" + memberId + "\",\"alarm\":\"CORRUPT\"}";
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(etcd.endpoint().resolve("/v3/maintenance/alarm"))
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }
}
