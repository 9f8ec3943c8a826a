package dev.etcdbackup.testkit.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The last resort of the fixtures, where it is the only one: {@code fixtures/podman} sees to that,
 * and CI runs this and the other tests of servers there. Not among the tests of an ordinary build.
 */
@Tag("server")
class EtcdContainerIT {
  @Test
  void whereThereIsNoBinaryAContainerIsRun() throws Exception {
    assertThat(EtcdLauncher.find()).isInstanceOf(EtcdContainer.Launcher.class);
    try (EtcdServer etcd = EtcdServer.start()) {
      etcd.put("a", "1");
      assertThat(etcd.revision()).isEqualTo(2);
    }
  }

  @Test
  void aVersionThatIsAskedForIsTheTagOfTheImage() throws Exception {
    assertThat(EtcdLauncher.find(EtcdContainer.VERSION))
        .isEqualTo(new EtcdContainer.Launcher(EtcdContainer.VERSION));
    assertThat(EtcdLauncher.find("3.5"))
        .isEqualTo(new EtcdContainer.Launcher(EtcdContainer.VERSION));
    assertThat(EtcdLauncher.find("3.4.99")).isEqualTo(new EtcdContainer.Launcher("3.4.99"));
    try (EtcdServer etcd = EtcdServer.builder().version(EtcdContainer.VERSION).start()) {
      assertThat(etcd.version()).startsWith("3.5.");
    }
  }
}
