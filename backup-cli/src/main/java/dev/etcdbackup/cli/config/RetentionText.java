package dev.etcdbackup.cli.config;

import dev.etcdbackup.retention.RetentionPolicy;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads the text of a retention policy, in the form that {@link RetentionPolicy} prints: {@code
 * last 7 or daily 7}, {@code last 144 then hourly 168 then daily 30}, {@code (last 3 or within 2d)
 * then weekly 8}, {@code within 30d at least 3}. Parentheses are required where {@code or} and
 * {@code then} meet; {@code at least} refers to the policy or the parentheses before it.
 */
public final class RetentionText {
  private static final Pattern BETWEEN_WORDS = Pattern.compile("\\s+|(?<=[()])|(?=[()])");
  private static final int LONGEST = 1000;
  private static final String WORDS =
      Arrays.stream(RetentionTier.values())
          .map(RetentionTier::word)
          .collect(Collectors.joining(", "));

  private final Deque<String> words = new ArrayDeque<>();

  private RetentionText(String text) {
    BETWEEN_WORDS.splitAsStream(text).filter(word -> !word.isEmpty()).forEach(words::add);
  }

  /**
   * Reads a policy.
   *
   * @param text the text, at most 1,000 characters
   * @return the policy
   * @throws IllegalArgumentException when the text is not a policy; the message says what was
   *     expected
   */
  public static RetentionPolicy parse(String text) {
    if (text.length() > LONGEST) {
      throw new IllegalArgumentException("must be at most " + LONGEST + " characters");
    }
    RetentionText reader = new RetentionText(text);
    RetentionPolicy policy = reader.policy();
    if (!reader.words.isEmpty()) {
      throw new IllegalArgumentException(
          "expected 'or', 'then' or the end, not '" + reader.words.peek() + "'");
    }
    return policy;
  }

  private RetentionPolicy policy() {
    RetentionPolicy policy = part();
    String operator = words.isEmpty() ? "" : words.element();
    while (operator.equals("or") || operator.equals("then")) {
      words.remove();
      RetentionPolicy next = part();
      policy = operator.equals("or") ? policy.or(next) : policy.then(next);
      String following = words.isEmpty() ? "" : words.element();
      if (!following.equals(operator) && (following.equals("or") || following.equals("then"))) {
        throw new IllegalArgumentException(
            "needs parentheses around what belongs together where 'or' and 'then' are mixed");
      }
      operator = following;
    }
    return policy;
  }

  private RetentionPolicy part() {
    RetentionPolicy part = simple();
    while (!words.isEmpty() && words.element().equals("at")) {
      words.remove();
      String least = next("'least'");
      if (!least.equals("least")) {
        throw new IllegalArgumentException("expected 'least', not '" + least + "'");
      }
      part = atLeast(part, next("the value of 'at least'"));
    }
    return part;
  }

  private static RetentionPolicy atLeast(RetentionPolicy part, String count) {
    try {
      return part.atLeast(RetentionTier.count(count));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'at least': " + e.getMessage(), e);
    }
  }

  private RetentionPolicy simple() {
    String word = next("one of " + WORDS);
    if (word.equals("(")) {
      RetentionPolicy inner = policy();
      String close = next("')'");
      if (!close.equals(")")) {
        throw new IllegalArgumentException("expected ')', not '" + close + "'");
      }
      return inner;
    }
    RetentionTier tier =
        Arrays.stream(RetentionTier.values())
            .filter(one -> one.word().equals(word))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "expected one of " + WORDS + ", not '" + word + "'"));
    String value = next("the value of '" + word + "'");
    try {
      return tier.policy(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'" + word + "': " + e.getMessage(), e);
    }
  }

  private String next(String expected) {
    if (words.isEmpty()) {
      throw new IllegalArgumentException("expected " + expected + ", but the text ends");
    }
    return words.remove();
  }
}
