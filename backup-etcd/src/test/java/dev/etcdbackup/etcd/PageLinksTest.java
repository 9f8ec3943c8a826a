package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PageLinksTest {
  @Test
  void eachPageLeadsWhereItWasSaidTo() {
    PageLinks links = new PageLinks();
    for (long page = 10; page < 50_000; page += 3) {
      links.add(page, 2 * page);
    }
    for (long page = 0; page < 50_010; page++) {
      boolean known = page >= 10 && page < 50_000 && (page - 10) % 3 == 0;
      assertThat(links.from(page)).isEqualTo(known ? 2 * page : -1);
    }
  }

  @Test
  void numbersUpTo32BitsFit() {
    PageLinks links = new PageLinks();
    links.add(5, 0xffffffffL);
    links.add(6, 0x100000000L);
    links.add(7, -1);
    links.add(0xffffffffL, 8);
    links.add(0x100000000L, 9);
    assertThat(links.from(5)).isEqualTo(0xffffffffL);
    assertThat(links.from(6)).isEqualTo(-1);
    assertThat(links.from(7)).isEqualTo(-1);
    assertThat(links.from(0xffffffffL)).isEqualTo(8);
    assertThat(links.from(0x100000000L)).isEqualTo(-1);
  }

  @Test
  void thereIsRoomForAMillion() {
    PageLinks links = new PageLinks();
    for (long page = 0; page < 2_000_000; page++) {
      links.add(page, 7);
    }
    assertThat(links.from(1_048_575)).isEqualTo(7);
    assertThat(links.from(1_048_576)).isEqualTo(-1);
  }
}
