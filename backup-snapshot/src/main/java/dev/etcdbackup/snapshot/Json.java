package dev.etcdbackup.snapshot;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON that etcd writes for members: objects, arrays, texts, whole numbers, true, false, null.
 */
final class Json {
  private static final int MAX_DEPTH = 16;
  private static final Object NULL = new Object();
  private static final Map<String, Object> WORDS =
      Map.of("true", true, "false", false, "null", NULL);

  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  /** Reads an object; null values are left out. */
  static Map<String, Object> object(String text) throws MalformedException {
    Json json = new Json(text);
    Object value = json.value(0);
    json.space();
    if (json.at < text.length() || !(value instanceof Map)) {
      throw new MalformedException("is no JSON object");
    }
    Map<String, Object> result = new LinkedHashMap<>();
    ((Map<?, ?>) value).forEach((k, v) -> result.put((String) k, v));
    return result;
  }

  /** A field that is a list of texts, empty when it is not there. */
  static List<String> texts(Map<String, Object> object, String field) throws MalformedException {
    Object value = object.getOrDefault(field, List.of());
    List<String> texts = new ArrayList<>();
    if (!(value instanceof List<?> list)) {
      throw wrong(field);
    }
    for (Object one : list) {
      if (!(one instanceof String text)) {
        throw wrong(field);
      }
      texts.add(text);
    }
    return texts;
  }

  /** A field that is a text, empty when it is not there. */
  static String text(Map<String, Object> object, String field) throws MalformedException {
    if (object.getOrDefault(field, "") instanceof String text) {
      return text;
    }
    throw wrong(field);
  }

  /** A field that is an unsigned number of 64 bits, 0 when it is not there. */
  static long unsigned(Map<String, Object> object, String field) throws MalformedException {
    if (object.getOrDefault(field, BigInteger.ZERO) instanceof BigInteger number
        && number.signum() >= 0
        && number.bitLength() <= Long.SIZE) {
      return number.longValue();
    }
    throw wrong(field);
  }

  private static MalformedException wrong(String field) {
    return new MalformedException("has JSON with a wrong " + field);
  }

  private Object value(int depth) throws MalformedException {
    space();
    if (depth > MAX_DEPTH || at == text.length()) {
      throw malformed();
    }
    char c = text.charAt(at);
    if (c == '{') {
      return members(depth);
    }
    if (c == '[') {
      return elements(depth);
    }
    if (c == '"') {
      return string();
    }
    if (c == '-' || isDigit(c)) {
      return number();
    }
    return word();
  }

  private Object word() throws MalformedException {
    for (Map.Entry<String, Object> word : WORDS.entrySet()) {
      if (text.startsWith(word.getKey(), at)) {
        at += word.getKey().length();
        return word.getValue();
      }
    }
    throw malformed();
  }

  private Map<String, Object> members(int depth) throws MalformedException {
    Map<String, Object> members = new LinkedHashMap<>();
    at++;
    if (skip('}')) {
      return members;
    }
    do {
      space();
      String name = string();
      expect(':');
      Object value = value(depth + 1);
      if (value != NULL) {
        members.put(name, value);
      }
    } while (skip(','));
    expect('}');
    return members;
  }

  private List<Object> elements(int depth) throws MalformedException {
    List<Object> elements = new ArrayList<>();
    at++;
    if (skip(']')) {
      return elements;
    }
    do {
      elements.add(value(depth + 1));
    } while (skip(','));
    expect(']');
    return elements;
  }

  private String string() throws MalformedException {
    expect('"');
    StringBuilder result = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return result.toString();
      }
      result.append(c == '\\' ? escaped() : c);
    }
    throw malformed();
  }

  private char escaped() throws MalformedException {
    if (at == text.length()) {
      throw malformed();
    }
    char c = text.charAt(at++);
    int simple = "\"\\/bfnrt".indexOf(c);
    if (simple >= 0) {
      return "\"\\/\b\f\n\r\t".charAt(simple);
    }
    int code = 0;
    for (int i = 0; i < 4; i++) {
      int digit = c == 'u' && at < text.length() ? Character.digit(text.charAt(at++), 16) : -1;
      if (digit < 0) {
        throw malformed();
      }
      code = code << 4 | digit;
    }
    return (char) code;
  }

  private BigInteger number() throws MalformedException {
    int from = at++;
    while (at < text.length() && isDigit(text.charAt(at))) {
      at++;
    }
    if (at - from > 20 || !isDigit(text.charAt(at - 1))) { // 2^64 has 20 digits
      throw malformed();
    }
    return new BigInteger(text.substring(from, at));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private void expect(char wanted) throws MalformedException {
    if (!skip(wanted)) {
      throw malformed();
    }
  }

  private boolean skip(char wanted) {
    space();
    if (at < text.length() && text.charAt(at) == wanted) {
      at++;
      return true;
    }
    return false;
  }

  private void space() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private static MalformedException malformed() {
    return new MalformedException("has malformed JSON");
  }
}
