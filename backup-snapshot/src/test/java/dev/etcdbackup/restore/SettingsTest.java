package dev.etcdbackup.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, addresses and ids, and which are refused. */
class SettingsTest {
  @Test
  void theDefaultsAreThoseOfEtcdutl() {
    DataDirRestore.builder().build(); // default=http://localhost:2380
    assertRefused(
        DataDirRestore.builder().name("a").initialCluster("a=http://10.0.0.1:2380"),
        "initial-advertise-peer-urls is http://localhost:2380 but initial-cluster has"
            + " http://10.0.0.1:2380 for a; give both the same addresses");
  }

  @Test
  void aNameThatIsNotInTheClusterIsRefused() {
    assertRefused(
        DataDirRestore.builder().name("d").initialCluster("a=http://x:1,b=http://y:1"),
        "initial-cluster has no member 'd'; its members are a, b");
  }

  @Test
  void anAddressThatIsThereTwiceIsRefused() {
    for (String cluster : List.of("a=http://x:1,b=http://x:1", "a=http://x:1,a=http://x:1")) {
      assertRefused(
          DataDirRestore.builder().name("a").initialCluster(cluster),
          "initial-cluster: http://x:1 is there twice; each address belongs to one member");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x:2380",
        "ftp://x:2380",
        "HTTP://x:2380",
        "http://x",
        "http://x:",
        "http://x:0",
        "http://x:65536",
        "http://x:2380/",
        "http://x:2380/path",
        "http://x:2380?q",
        "http://user@x:2380",
        "http://ü:2380",
        "http://::1:2380",
        "unix://",
        "unix://a b"
      })
  void whatIsNoAddressOfAPeerIsRefused(String url) {
    assertRefused(
        DataDirRestore.builder().name("a").initialCluster("a=" + url),
        "initial-cluster: '"
            + url
            + "' is not the address of a peer; write http://HOST:PORT or"
            + " https://HOST:PORT, without a path");
    assertRefused(
        DataDirRestore.builder().initialAdvertisePeerUrls("http://localhost:2380," + url),
        "initial-advertise-peer-urls: '"
            + url
            + "' is not the address of a peer; write"
            + " http://HOST:PORT or https://HOST:PORT, without a path");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://[fe80::1]:2380", "https://a-b.c_d:1", "unixs://a:1", "unix:///s"})
  void addressesThatEtcdTakesAreTaken(String url) {
    DataDirRestore.builder()
        .name("a")
        .initialCluster("a=" + url + ",b=http://localhost:1")
        .initialAdvertisePeerUrls(" " + url)
        .build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "=http://x:1", "a=http://x:1,,b=http://y:1", ","})
  void whatIsNoListOfMembersIsRefused(String cluster) {
    if (!cluster.isEmpty()) { // which stands for the default
      assertRefused(
          DataDirRestore.builder().name("a").initialCluster(cluster),
          "is not NAME=URL; write a=http://HOST:PORT,b=http://…");
    }
    assertRefused(DataDirRestore.builder().name("a").initialCluster("b=x"), "'x' is not the");
  }

  @Test
  void aMemberMayHaveSeveralAddressesInAnyOrder() {
    NewCluster one = NewCluster.parse("a=http://y:1,b=http://z:1,a=http://x:1", "t");
    NewCluster other = NewCluster.parse("b=http://z:1,a=http://x:1,a=http://y:1", "t");
    assertThat(one).isEqualTo(other);
    assertThat(one.member("a").peerUrls()).containsExactly("http://x:1", "http://y:1");
    assertThat(one.members()).isSortedAccordingTo((a, b) -> Long.compareUnsigned(a.id(), b.id()));
  }

  @Test
  void anotherTokenMakesAnotherClusterOfOtherMembers() {
    NewCluster one = NewCluster.parse("a=http://x:1,b=http://y:1", "t");
    NewCluster other = NewCluster.parse("a=http://x:1,b=http://y:1", "u");
    assertThat(one.id()).isNotEqualTo(other.id());
    assertThat(one.member("a").id()).isNotEqualTo(other.member("a").id());
  }

  @Test
  void namesAreWrittenAsGoWritesThem() {
    ClusterMember member = new ClusterMember(-1, "a<b>&\"c\\ü\u2028", List.of("http://x:1"));
    assertThat(member.json())
        .isEqualTo(
            "{\"id\":18446744073709551615,\"peerURLs\":[\"http://x:1\"],"
                + "\"name\":\"a\\u003cb\\u003e\\u0026\\\"c\\\\ü\\u2028\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a,b", "a=b", "a\nb"})
  void namesThatTheClusterCouldNotBeWrittenWithAreRefused(String name) {
    assertThatThrownBy(() -> DataDirRestore.builder().name(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not '" + name + "'");
  }

  @Test
  void aRevisionIsRaisedUpwardsAlone() {
    assertThatThrownBy(() -> DataDirRestore.builder().bumpRevision(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bump-revision must be 1 or more, not 0");
  }

  private static void assertRefused(DataDirRestoreBuilder builder, String message) {
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
