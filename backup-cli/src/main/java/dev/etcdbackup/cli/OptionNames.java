package dev.etcdbackup.cli;

import java.util.Map;

/** The options of the tool, in place of the settings of the library that messages advise. */
final class OptionNames {
  private static final Map<String, String> ADVICE =
      Map.of(
          "with clearAlarms", "with --clear-alarms",
          "a smaller maxRequestBytes", "a smaller --max-request-bytes",
          "set maxTxnOps", "set --max-txn-ops",
          "give one of these private keys", "give one of them with --decrypt-with KEYFILE");

  private OptionNames() {}

  /** A message of the library as the tool shows it. */
  static String in(String message) {
    String text = message;
    for (var advice : ADVICE.entrySet()) {
      text = text.replace(advice.getKey(), advice.getValue());
    }
    return text;
  }
}
