package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code verify --live}, against a real etcd. */
@Tag("server")
class VerifyLiveTest {
  @TempDir Path directory;

  private Path store() {
    return directory.resolve("store");
  }

  private String backUp(EtcdServer etcd, String... more) {
    Cli run = Cli.on(store(), args(etcd, new String[] {"create", "p", "--create-store", "--etcd"}, more));
    assertThat(run.err()).isEmpty();
    return run.out().strip();
  }

  private Cli verify(String what, EtcdServer live, String... more) {
    return Cli.on(store(), args(live, new String[] {"verify", what, "--live"}, more));
  }

  private static String[] args(EtcdServer etcd, String[] first, String... more) {
    String[] all = new String[first.length + 1 + more.length];
    System.arraycopy(first, 0, all, 0, first.length);
    all[first.length] = etcd.endpoint().toString();
    System.arraycopy(more, 0, all, first.length + 1, more.length);
    return all;
  }

  @Test
  void aBackupIsComparedWithTheClusterItCameFromAndWithAnother() throws Exception {
    try (EtcdServer etcd = EtcdServer.start();
        EtcdServer other = EtcdServer.start()) {
      etcd.put("a", "1");
      other.put("a", "2");
      String key = backUp(etcd);
      String tarball = backUp(etcd, "--tarball");
      Path file = directory.resolve("file.db");
      Cli.on(store(), "get", key, "--to", file.toString());
      etcd.put("a", "3");
      for (String form : new String[] {key, tarball, file.toString()}) {
        Cli equal = verify(form, etcd);
        assertThat(equal.err()).isEmpty();
        assertThat(equal.out().lines())
            .satisfiesExactly(
                line -> assertThat(line).startsWith(form + ": ok, SHA-256"),
                line ->
                    assertThat(line)
                        .matches(
                            "\\Q" + form + "\\E: live EQUAL: at revision 2, HashKV is \\d+ on .*"));
        assertThat(equal.code()).isEqualTo(0);
        Cli different = verify(form, other);
        assertThat(different.out()).contains(form + ": live DIFFERENT: at revision 2");
        assertThat(different.code()).isEqualTo(1);
      }
      etcd.etcdctl("compact", "3");
      Cli neither = verify(key, etcd, "-o", "json");
      JsonNode json = new JsonMapper().readTree(neither.out());
      assertThat(json.get("ok").asBoolean()).isTrue();
      assertThat(json.get("live").get("outcome").asText()).isEqualTo("NOT_COMPARABLE");
      assertThat(json.get("live").get("reason").asText()).contains("was compacted at 3");
      assertThat(neither.code()).isEqualTo(1);
      other.kill();
      assertThat(verify(key, other))
          .isEqualTo(new Cli(3, "", "etcd-backup: " + other.endpoint() + ": connection refused\n"));
    }
  }

  @Test
  void overTlsWithAUser() throws Exception {
    try (EtcdServer etcd = EtcdServer.builder().tls().rootPassword("root-secret").start()) {
      etcd.put("a", "1");
      Path password = Files.writeString(directory.resolve("password"), "root-secret\n");
      String[] login = {
        "--etcd-ca=" + etcd.certificates().ca(),
        "--etcd-user=root",
        "--etcd-password-file=" + password
      };
      String key = backUp(etcd, login);
      Cli run = verify(key, etcd, login);
      assertThat(run.err()).isEmpty();
      assertThat(run.out()).contains("live EQUAL: at revision 2");
    }
  }
}
