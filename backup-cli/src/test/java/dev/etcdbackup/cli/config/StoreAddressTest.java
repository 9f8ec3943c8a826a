package dev.etcdbackup.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreAddressTest {
  @ParameterizedTest
  @CsvSource({
    "file:///var/backups, /var/backups",
    "file:///var/backups/, /var/backups",
    "file:/var/backups, /var/backups",
    "file:///my%20backups, /my backups"
  })
  void aDirectoryIsAFileUrl(String text, Path root) {
    assertThat(StoreAddress.parse(text)).isEqualTo(new StoreAddress.Directory(root));
  }

  @ParameterizedTest
  @CsvSource({
    "s3://etcd-backup, etcd-backup, ''",
    "s3://etcd-backup/, etcd-backup, ''",
    "s3://b.c_D/site/one, b.c_D, site/one",
    "s3://etcd-backup/site/, etcd-backup, site",
    "s3://etcd-backup/a b%20c, etcd-backup, a b%20c"
  })
  void aBucketMayHaveAPrefix(String text, String bucket, String prefix) {
    assertThat(StoreAddress.parse(text)).isEqualTo(new StoreAddress.Bucket(bucket, prefix));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/var/backups",
        "backups",
        "http://host/bucket",
        "S3://bucket",
        "ftp://x",
        "s3:bucket",
        "s3://",
        "s3:///prefix",
        "s3://b",
        "file:",
        "file:backups",
        "file://backups",
        "file://host/backups",
        "file:///a b",
        "file:///a?b",
        "file:///a#b"
      })
  void everythingElseIsRefusedWithWhatToWrite(String text) {
    assertThatThrownBy(() -> StoreAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'" + text + "' ")
        .hasMessageMatching(".*(file:///DIR|s3://BUCKET|%20).*");
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3://user@bucket", "s3://user:word@bucket", "file://user:word@host/x"})
  void aUserOrPasswordIsNotRepeated(String text) {
    assertThatThrownBy(() -> StoreAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must not hold a user or password")
        .hasMessageNotContaining("word@")
        .hasMessageNotContaining("user@");
  }

  @Test
  void endpointsAreServersAndNothingMore() {
    assertThat(EndpointUrl.etcd("http://10.0.0.1:2379"))
        .isEqualTo(URI.create("http://10.0.0.1:2379"));
    assertThat(EndpointUrl.etcd("https://[::1]:2379/")).hasHost("[::1]");
    assertThat(EndpointUrl.s3("https://s3.example")).hasHost("s3.example");
    assertThatThrownBy(() -> EndpointUrl.etcd("https://s3.example"))
        .hasMessage(
            "'https://s3.example' is not a server; write http://HOST:PORT or https://HOST:PORT");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost:2379",
        "10.0.0.1:2379",
        "ftp://h",
        "http://",
        "http://h:0",
        "http://h:65536",
        "http://h/path",
        "http://h?q",
        "http://h#f",
        "http://a b",
        "http:h"
      })
  void anythingElseIsNoEndpoint(String text) {
    assertThatThrownBy(() -> EndpointUrl.s3(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://root:secret@h:1", "http://root:se^cret@h:1", "http://root:secret@"})
  void aPasswordInAnEndpointIsRefusedWithoutRepeatingIt(String text) {
    assertThatThrownBy(() -> EndpointUrl.s3(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasNoCause()
        .message()
        .doesNotContain("cret");
  }
}
