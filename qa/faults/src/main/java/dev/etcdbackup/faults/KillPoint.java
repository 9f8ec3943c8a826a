package dev.etcdbackup.faults;

import dev.etcdbackup.testkit.faults.Fault;
import dev.etcdbackup.testkit.faults.FaultPoint;
import dev.etcdbackup.testkit.faults.Faults;
import dev.etcdbackup.testkit.faults.Operation;
import java.util.List;
import java.util.Optional;

/**
 * Where a process is when it is killed.
 *
 * @param operation in what operation
 * @param call which one of its kind
 * @param of a text that it contains
 * @param inReply whether the server has done it
 * @param bytes after how many bytes of it
 */
record KillPoint(Operation operation, int call, String of, boolean inReply, long bytes) {
  /** For a process that comes to no point by itself. */
  static final List<String> NOWHERE = List.of("-", "-", "-", "-", "-");

  /** Everything stops there. */
  Fault fault() {
    FaultPoint point = Faults.on(operation).call(call).of(of).afterBytes(bytes);
    return (inReply ? point.inReply() : point).stall();
  }

  /** The point, in the matrix' words. */
  @Override
  public String toString() {
    String text = fault().toString();
    return text.substring(0, text.lastIndexOf(": "));
  }

  List<String> words() {
    return List.of(
        operation.name(),
        Integer.toString(call),
        "of" + of,
        Boolean.toString(inReply),
        Long.toString(bytes));
  }

  static Optional<KillPoint> parse(List<String> words) {
    if (words.equals(NOWHERE)) {
      return Optional.empty();
    }
    return Optional.of(
        new KillPoint(
            Operation.valueOf(words.get(0)),
            Integer.parseInt(words.get(1)),
            words.get(2).substring(2),
            Boolean.parseBoolean(words.get(3)),
            Long.parseLong(words.get(4))));
  }
}
