package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.IncompleteListingException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys with characters that XML forbids, and so a listing in XML. */
class KeysThatXmlForbidsTest extends OnPeculiarS3 {
  @ParameterizedTest
  @ValueSource(strings = {"\u001b", "\u0001", "\uFFFE", " ", "+", "%41", "&", "ü"})
  void keysThatXmlCannotHoldDoNotStopAListing(String odd) throws Exception {
    server.objects.put("p/" + odd + "x", SMALL);
    server.objects.put(KEY.toString(), SMALL);

    assertThat(store().list("p"))
        .extracting(one -> one.key().toString())
        .containsExactlyInAnyOrder("p/" + odd + "x", KEY.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u001b", "\u0001", "\uFFFE", "&#x1;", "&#0;", "&#65535;"})
  void whereTheServerCannotEncodeSuchAKeyAllOthersAreListed(String odd) throws Exception {
    server.encodes = false;
    server.objects.put("p/a" + odd + "x", SMALL);
    server.objects.put(KEY.toString(), SMALL);
    server.objects.put("p/&#x41;", SMALL);
    server.objects.put("q/a", SMALL);

    assertThatExceptionOfType(IncompleteListingException.class)
        .isThrownBy(() -> store().list("p"))
        .withMessageContaining("in its key after s3://b/p/a")
        .withMessageContaining("has a character that XML forbids")
        .satisfies(e -> assertThat(keys(e.listed())).containsExactly("p/A", KEY.toString()));
    assertThat(store().list("q")).hasSize(1);
    assertThatExceptionOfType(IncompleteListingException.class)
        .isThrownBy(() -> store().list(""))
        .satisfies(e -> assertThat(keys(e.listed())).containsExactly("p/A", KEY.toString(), "q/a"));
  }

  @Test
  void aListingOfSeveralPagesGoesOnBehindSuchAKey() throws Exception {
    server.encodes = false;
    server.pageSize = 2;
    for (String key : List.of("p/1", "p/2\u0001", "p/3", "p/4", "p/5\u0001", "p/6\uFFFD")) {
      server.objects.put(key, SMALL);
    }
    server.objects.put("p/7", SMALL);

    assertThatExceptionOfType(IncompleteListingException.class)
        .isThrownBy(() -> store().list("p"))
        .withMessageContaining("after s3://b/p/2 or s3://b/p/5")
        .satisfies(e -> assertThat(keys(e.listed())).containsExactly("p/1", "p/3", "p/4", "p/7"));
  }

  @Test
  void anAnswerThatIsNoXmlIsAFailure() {
    server.nameElement = "<Name>b</Nam>\u0001";

    assertThatThrownBy(() -> store().list("p"))
        .isInstanceOf(StoreException.class)
        .isNotInstanceOf(IncompleteListingException.class)
        .hasMessageEndingWith("the answer is not XML; is the endpoint that of an S3 server?");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anUploadUnderSuchAKeyDoesNotStopTheSweep(boolean silentEncoding) throws Exception {
    server.silentEncoding = silentEncoding;
    server.uploads.put("p/\u0001", LONG_AGO);
    server.uploads.put(KEY.toString(), LONG_AGO);

    assertThat(store().sweepUploads("p", S3BackupStore.ABANDONED_AFTER))
        .extracting(AbandonedUpload::key)
        .containsExactly(KEY);
    assertThat(server.uploads).containsOnlyKeys("p/\u0001");
  }

  @Test
  void whereTheServerCannotEncodeTheKeyOfAnUploadTheOthersAreSwept() throws Exception {
    server.encodes = false;
    server.uploads.put("p/\u0001e_v1_2010-02-03-20:45:48", LONG_AGO);
    server.uploads.put(KEY.toString(), LONG_AGO);

    assertThat(store().sweepUploads("p", S3BackupStore.ABANDONED_AFTER))
        .extracting(AbandonedUpload::key)
        .containsExactly(KEY);
    assertThat(server.uploads).containsOnlyKeys("p/\u0001e_v1_2010-02-03-20:45:48");
  }

  private static List<String> keys(List<StoredBackup> listed) {
    return listed.stream().map(one -> one.key().toString()).toList();
  }
}
