package dev.etcdbackup.testkit.faults;

import dev.etcdbackup.testkit.faults.Effect.Kind;
import java.time.Duration;
import java.util.Objects;

/**
 * The point at which a fault is injected. The methods that define the effect create the {@link
 * Fault}.
 *
 * <p>Calls are counted from 1 in the order in which they start, including a client's retries. Bytes
 * are counted in the body of the request or, after {@link #inReply()}, of the answer; in a
 * snapshot; or in a connection. A fault whose position is beyond the last byte is not injected.
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
   * Selects one call. Default: the first.
   *
   * @param number its number, 1 or more
   * @return this point with the change
   * @throws IllegalArgumentException when it is less than 1
   */
  public FaultPoint call(int number) {
    return calls(number, number);
  }

  /**
   * Selects several consecutive calls.
   *
   * @param first the number of the first, 1 or more
   * @param last the number of the last, not less than first
   * @return this point with the change
   * @throws IllegalArgumentException when they are not
   */
  public FaultPoint calls(int first, int last) {
    if (first < 1 || last < first) {
      throw new IllegalArgumentException(
          "calls must be 1 <= first <= last, not " + first + " and " + last);
    }
    return new FaultPoint(operation, text, first, last, inReply, position);
  }

  /**
   * Selects a call and all later ones.
   *
   * @param number the number of the first, 1 or more
   * @return this point with the change
   * @throws IllegalArgumentException when it is less than 1
   */
  public FaultPoint fromCall(int number) {
    return calls(number, Integer.MAX_VALUE);
  }

  /**
   * Selects every call.
   *
   * @return this point with the change
   */
  public FaultPoint everyCall() {
    return fromCall(1);
  }

  /**
   * Counts and selects only calls whose path and query contain a text, for example a key or {@code
   * partNumber=3&}. In a {@link FaultyBackupStore}, the key or the project of a listing is compared
   * instead.
   *
   * @param text the text as it is sent, which means percent-encoded
   * @return this point with the change
   */
  public FaultPoint of(String text) {
    return new FaultPoint(
        operation, Objects.requireNonNull(text, "text"), first, last, inReply, position);
  }

  /**
   * Sets the number of bytes after which the fault is injected. Default: 0, before the first byte.
   *
   * @param bytes the number of bytes, 0 or more
   * @return this point with the change
   * @throws IllegalArgumentException when it is negative
   */
  public FaultPoint afterBytes(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("afterBytes must be 0 or more, not " + bytes);
    }
    return new FaultPoint(operation, text, first, last, inReply, bytes);
  }

  /**
   * Injects the fault into the answer instead of the request. The server has then executed the
   * request.
   *
   * @return this point with the change
   */
  public FaultPoint inReply() {
    return new FaultPoint(operation, text, first, last, true, position);
  }

  /**
   * Resets the connection and refuses further connections until {@link Fault#end()}.
   *
   * @return the fault
   */
  public Fault refuse() {
    return fault(Kind.REFUSE);
  }

  /**
   * Ends the connection: the rest of the request is lost, or the answer is truncated.
   *
   * @return the fault
   */
  public Fault cut() {
    return fault(Kind.CUT);
  }

  /**
   * Resets the connection: reads and writes of the other side fail.
   *
   * @return the fault
   */
  public Fault reset() {
    return fault(Kind.RESET);
  }

  /**
   * Closes the direction to the client while the connection stays open and still accepts the
   * client's data.
   *
   * @return the fault
   */
  public Fault halfClose() {
    return fault(Kind.HALF_CLOSE);
  }

  /**
   * Stalls the transfer until {@link Fault#end()}; then it continues normally.
   *
   * @return the fault
   */
  public Fault stall() {
    return fault(Kind.STALL);
  }

  /**
   * Slows the transfer down to 1 KiB per second until {@link Fault#end()}.
   *
   * @return the fault
   */
  public Fault slow() {
    return fault(Kind.SLOW);
  }

  /**
   * Sends 512 meaningless bytes instead of the rest, and then ends the connection.
   *
   * @return the fault
   */
  public Fault garbage() {
    return fault(Kind.GARBAGE);
  }

  /**
   * Inverts the bits of the next byte.
   *
   * @return the fault
   */
  public Fault corrupt() {
    return fault(Kind.CORRUPT);
  }

  /**
   * Lets the server execute the request and ends the connection before any byte of the answer
   * arrives. With {@link #afterBytes}, only a request with at least that many bytes is selected.
   *
   * @return the fault
   */
  public Fault loseReply() {
    return fault(Kind.LOSE_REPLY);
  }

  /**
   * Does not send the request to the server and returns an error answer, with the error code that
   * S3 uses for the status.
   *
   * @param status 400, 403, 404, 409, 412, 429, 500 or 503; others from 300 to 599 get the code
   *     {@code Scripted}
   * @return the fault
   * @throws IllegalArgumentException when the status is not from 300 to 599
   */
  public Fault answer(int status) {
    return answer(status, Effect.usualCode(status, operation));
  }

  /**
   * Does not send the request to the server and returns an error answer with an error code of S3.
   *
   * @param status the HTTP status, 300 to 599
   * @param code the code, for example {@code ExpiredToken}
   * @return the fault
   * @throws IllegalArgumentException when the status is not from 300 to 599
   */
  public Fault answer(int status, String code) {
    return fault(Effect.answer(status, code, null));
  }

  /**
   * Does not send the request to the server and returns an error answer with the header {@code
   * Retry-After}.
   *
   * @param status the HTTP status, 300 to 599
   * @param code the code, for example {@code SlowDown}
   * @param retryAfter the time to wait, sent in whole seconds
   * @return the fault
   * @throws IllegalArgumentException when the status is not from 300 to 599
   */
  public Fault answer(int status, String code, Duration retryAfter) {
    return fault(Effect.answer(status, code, retryAfter));
  }

  /**
   * Replaces every ETag in the answer by another one.
   *
   * @return the fault
   */
  public Fault wrongETag() {
    return fault(Kind.WRONG_ETAG);
  }

  /**
   * Makes every ETag in the answer empty, as in RGW 16's answer to a completed upload.
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
