package dev.etcdbackup.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.etcdbackup.snapshot.SpaceUsage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The use of space as {@code -o json} shows it; bytes that are no UTF-8 are in Base64. */
record UsageJson(
    long revision,
    int pageSize,
    long pages,
    long bytes,
    List<SpaceUsage.Space> spaces,
    SpaceUsage.Count live,
    SpaceUsage.Count history,
    List<PrefixJson> prefixes,
    List<LeaseJson> leases,
    List<SizeJson> sizes,
    List<KeyJson> largest,
    List<KeyJson> mostRevised) {
  /** The keys with a prefix; {@code rest} stands for all that are not listed. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record PrefixJson(
      @Nullable String prefix,
      @Nullable String prefixBase64,
      boolean rest,
      SpaceUsage.Count live,
      SpaceUsage.Count history) {}

  /** The keys with a lease, its id in hex. */
  record LeaseJson(String lease, boolean rest, SpaceUsage.Count live) {}

  /** Keys by the size of their values; null for no upper bound. */
  record SizeJson(@Nullable Long maxBytes, SpaceUsage.Count live) {}

  /** A key. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record KeyJson(
      @Nullable String key, @Nullable String keyBase64, long valueBytes, long revisions) {}

  static UsageJson of(SpaceUsage usage) {
    return new UsageJson(
        usage.revision(),
        usage.pageSize(),
        usage.pages(),
        usage.bytes(),
        usage.spaces(),
        usage.live(),
        usage.history(),
        usage.prefixes().stream().map(UsageJson::prefix).toList(),
        usage.leases().stream()
            .map(one -> new LeaseJson(Long.toHexString(one.lease()), one.rest(), one.live()))
            .toList(),
        usage.sizes().stream()
            .map(
                one ->
                    new SizeJson(
                        one.maxBytes() == Long.MAX_VALUE ? null : one.maxBytes(), one.live()))
            .toList(),
        keys(usage.largest()),
        keys(usage.mostRevised()));
  }

  private static PrefixJson prefix(SpaceUsage.PrefixUsage one) {
    byte[] prefix = one.prefix().getBytes(ISO_8859_1);
    return new PrefixJson(
        BytesText.utf8(prefix), BytesText.base64(prefix), one.rest(), one.live(), one.history());
  }

  private static List<KeyJson> keys(List<SpaceUsage.KeyUsage> keys) {
    return keys.stream()
        .map(
            one -> {
              byte[] key = one.key().getBytes(ISO_8859_1);
              return new KeyJson(
                  BytesText.utf8(key), BytesText.base64(key), one.valueBytes(), one.revisions());
            })
        .toList();
  }
}
