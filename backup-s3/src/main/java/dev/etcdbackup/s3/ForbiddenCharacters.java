package dev.etcdbackup.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * Makes the list of a server readable that writes the characters of keys into it which XML forbids:
 * replaces each of them by U+FFFD. A key with that character is then not the key of the object; use
 * it in a message only. One instance changes the answer to one request.
 */
final class ForbiddenCharacters implements ExecutionInterceptor {
  private static final char REPLACEMENT = '\uFFFD';
  private static final int MAX_BYTES = 16 << 20; // 1,000 keys of 1,024 bytes, escaped

  /** A character, or a reference to one by its number in hexadecimal or decimal digits. */
  private static final Pattern FORBIDDEN =
      Pattern.compile(
          "[^\\t\\n\\r\\x20-\\uD7FF\\uE000-\\uFFFD\\x{10000}-\\x{10FFFF}]"
              + "|&#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}));");

  /** Whether a listing failed for what may be such a character. */
  static boolean mayBeIn(SdkException failure) {
    return String.valueOf(failure.getMessage()).contains("parse XML");
  }

  /** Whether a key or a token of a list that was made readable is not the original one. */
  static boolean isChanged(@Nullable String text) {
    return text != null && text.indexOf(REPLACEMENT) >= 0;
  }

  /** The part of such a key that is original: what is before the first replaced character. */
  static String unchangedStart(String key) {
    return key.substring(0, key.indexOf(REPLACEMENT));
  }

  /** Returns the settings of a request with this interceptor added. */
  AwsRequestOverrideConfiguration addTo(AwsRequestOverrideConfiguration settings) {
    return settings.toBuilder()
        .addPlugin(
            client ->
                client.overrideConfiguration(
                    client.overrideConfiguration().toBuilder()
                        .addExecutionInterceptor(this)
                        .build()))
        .build();
  }

  @Override
  public Optional<InputStream> modifyHttpResponseContent(
      Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
    return context.responseBody().map(ForbiddenCharacters::replaced);
  }

  private static InputStream replaced(InputStream answer) {
    try (answer) {
      // Decoding replaces what is not UTF-8 by the same character.
      String text = new String(answer.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
      return new ByteArrayInputStream(replaced(text).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text of a document with each forbidden character replaced. */
  static String replaced(String document) {
    return FORBIDDEN
        .matcher(document)
        .replaceAll(
            found ->
                isAllowed(found.group(1), 16) || isAllowed(found.group(2), 10)
                    ? Matcher.quoteReplacement(found.group())
                    : String.valueOf(REPLACEMENT));
  }

  private static boolean isAllowed(@Nullable String number, int radix) {
    if (number == null) {
      return false;
    }
    int c = Integer.parseInt(number, radix);
    return Character.isValidCodePoint(c) && !FORBIDDEN.matcher(Character.toString(c)).matches();
  }
}
