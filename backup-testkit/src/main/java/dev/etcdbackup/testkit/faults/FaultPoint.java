package dev.etcdbackup.testkit.faults;

import dev.etcdbackup.testkit.faults.Effect.Kind;
import java.time.Duration;
import java.util.Objects;

/**
 * When a fault strikes. The methods that say what happens then make the {@link Fault}.
 *
 * <p>Calls are counted from 1 in the order in which they begin, a client's repetitions included.
 * Bytes are those of the request's body or, after {@link #inReply()}, of the answer's; those of a
 * snapshot; those of a connection. A fault after more bytes than there are does not strike.
 * Immutable.
 */
public final class FaultPoint {
  private final Operation operation;
  private final String text;
  private final int first;
  private final int last;
  private final boolean inReply;
  private final long position;

  FaultPoint(Operation operation) {
    this(operation, "", 1, 1, false, 0);
  }

  private FaultPoint(
      Operation operation, String text, int first, int last, boolean inReply, long position) {
    this.operation = operation;
    this.text = text;
    this.first = first;
    this.last = last;
    this.inReply = inReply;
    this.position = position;
  }

  /**
   * Strikes one call. By default the first.
   *
   * @param number its number, 1 or more
   * @return this point with the change
   */
  public FaultPoint call(int number) {
    return calls(number, number);
  }

  /**
   * Strikes some calls in a row.
   *
   * @param first the number of the first, 1 or more
   * @param last the number of the last, not less than first
   * @return this point with the change
   */
  public FaultPoint calls(int first, int last) {
    if (first < 1 || last < first) {
      throw new IllegalArgumentException(
          "calls must be 1 <= first <= last, not " + first + " and " + last);
    }
    return new FaultPoint(operation, text, first, last, inReply, position);
  }

  /**
   * Strikes a call and all that follow.
   *
   * @param number the number of the first, 1 or more
   * @return this point with the change
   */
  public FaultPoint fromCall(int number) {
    return calls(number, Integer.MAX_VALUE);
  }

  /**
   * Strikes every call.
   *
   * @return this point with the change
   */
  public FaultPoint everyCall() {
    return fromCall(1);
  }

  /**
   * Counts and strikes only calls whose path and query contain a text: a key, {@code
   * partNumber=3&}. In a {@link FaultyBackupStore} the key, or the project of a listing.
   *
   * @param text the text as it goes over the wire, percent-encoded that is
   * @return this point with the change
   */
  public FaultPoint of(String text) {
    return new FaultPoint(
        operation, Objects.requireNonNull(text, "text"), first, last, inReply, position);
  }

  /**
   * Strikes after so many bytes have passed. By default 0: before anything has.
   *
   * @param bytes 0 or more
   * @return this point with the change
   */
  public FaultPoint afterBytes(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("afterBytes must be 0 or more, not " + bytes);
    }
    return new FaultPoint(operation, text, first, last, inReply, bytes);
  }

  /**
   * Strikes the answer instead of the request: by then the server has done its work.
   *
   * @return this point with the change
   */
  public FaultPoint inReply() {
    return new FaultPoint(operation, text, first, last, true, position);
  }

  /**
   * Connections are refused from here on, until {@link Fault#end()}; the one that is struck is
   * reset.
   *
   * @return the fault
   */
  public Fault refuse() {
    return fault(Kind.REFUSE);
  }

  /**
   * The connection ends: of a request the rest is lost, an answer is truncated.
   *
   * @return the fault
   */
  public Fault cut() {
    return fault(Kind.CUT);
  }

  /**
   * The connection is reset: the other side's reads and writes fail instead of ending.
   *
   * @return the fault
   */
  public Fault reset() {
    return fault(Kind.RESET);
  }

  /**
   * The way to the client is closed while the connection stays and what the client sends is still
   * taken.
   *
   * @return the fault
   */
  public Fault halfClose() {
    return fault(Kind.HALF_CLOSE);
  }

  /**
   * Nothing moves any more, until {@link Fault#end()}: then it goes on as if nothing had been.
   *
   * @return the fault
   */
  public Fault stall() {
    return fault(Kind.STALL);
  }

  /**
   * What follows passes at 1 KiB a second, until {@link Fault#end()}.
   *
   * @return the fault
   */
  public Fault slow() {
    return fault(Kind.SLOW);
  }

  /**
   * 512 bytes that mean nothing come instead of what should, and then the end.
   *
   * @return the fault
   */
  public Fault garbage() {
    return fault(Kind.GARBAGE);
  }

  /**
   * The next byte is another one: its bits are turned over.
   *
   * @return the fault
   */
  public Fault corrupt() {
    return fault(Kind.CORRUPT);
  }

  /**
   * The server does all that it is asked, and nothing of its answer arrives: the connection ends.
   * After {@link #afterBytes} only a request that has so many bytes is struck.
   *
   * @return the fault
   */
  public Fault loseReply() {
    return fault(Kind.LOSE_REPLY);
  }

  /**
   * The server never hears of it; another answer comes, with the error code that S3 uses for it.
   *
   * @param status 400, 403, 404, 409, 412, 429, 500 or 503; others get the code {@code Scripted}
   * @return the fault
   */
  public Fault answer(int status) {
    return answer(status, Effect.usualCode(status, operation));
  }

  /**
   * Likewise, with an error code of S3.
   *
   * @param status the HTTP status, 300 to 599
   * @param code the code, {@code ExpiredToken} say
   * @return the fault
   */
  public Fault answer(int status, String code) {
    return fault(Effect.answer(status, code, null));
  }

  /**
   * Likewise, and says when to come again: {@code Retry-After}.
   *
   * @param status the HTTP status, 300 to 599
   * @param code the code, {@code SlowDown} say
   * @param retryAfter how long to wait, sent in whole seconds
   * @return the fault
   */
  public Fault answer(int status, String code, Duration retryAfter) {
    return fault(Effect.answer(status, code, retryAfter));
  }

  /**
   * Every ETag in the answer is another one.
   *
   * @return the fault
   */
  public Fault wrongETag() {
    return fault(Kind.WRONG_ETAG);
  }

  /**
   * Every ETag in the answer is empty, as in RGW 16's answer to a completed upload.
   *
   * @return the fault
   */
  public Fault emptyETag() {
    return fault(Kind.EMPTY_ETAG);
  }

  private Fault fault(Kind kind) {
    return fault(new Effect(kind));
  }

  private Fault fault(Effect effect) {
    return new Fault(operation, text, first, last, inReply, position, effect);
  }
}
