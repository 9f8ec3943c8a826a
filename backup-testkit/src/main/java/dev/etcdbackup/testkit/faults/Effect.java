package dev.etcdbackup.testkit.faults;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The effect of a fault.
 *
 * @param kind the kind of effect
 * @param status the HTTP status of {@link Kind#ANSWER}, else 0
 * @param code the error code of {@link Kind#ANSWER}, else empty
 * @param retryAfter the value of {@code Retry-After} of {@link Kind#ANSWER}, or null
 */
record Effect(Kind kind, int status, String code, @Nullable Duration retryAfter) {
  static final String WRONG_ETAG = "0123456789abcdef0123456789abcdef";

  private static final byte[] GARBAGE = new byte[512];

  static {
    new Random(512).nextBytes(GARBAGE);
  }

  enum Kind {
    REFUSE,
    CUT,
    RESET,
    HALF_CLOSE,
    STALL,
    SLOW,
    GARBAGE,
    CORRUPT,
    LOSE_REPLY,
    ANSWER,
    WRONG_ETAG,
    EMPTY_ETAG;

    /** Returns whether the effect requires that requests are interpreted. */
    boolean needsRequests() {
      return this == LOSE_REPLY || this == ANSWER || this == WRONG_ETAG || this == EMPTY_ETAG;
    }

    String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  Effect(Kind kind) {
    this(kind, 0, "", null);
  }

  static Effect answer(int status, String code, @Nullable Duration retryAfter) {
    if (status < 300 || status > 599) {
      throw new IllegalArgumentException("status must be 300 to 599, not " + status);
    }
    Objects.requireNonNull(code, "code");
    return new Effect(Kind.ANSWER, status, code, retryAfter);
  }

  static byte[] garbage() {
    return GARBAGE.clone();
  }

  static String usualCode(int status, Operation operation) {
    return switch (status) {
      case 400 -> "InvalidRequest";
      case 403 -> "AccessDenied";
      case 404 -> notFound(operation);
      case 409 -> "OperationAborted";
      case 412 -> "PreconditionFailed";
      case 429 -> "TooManyRequests";
      case 500 -> "InternalError";
      case 503 -> "SlowDown";
      default -> "Scripted";
    };
  }

  private static String notFound(Operation operation) {
    return switch (operation) {
      case FIND, GET -> "NoSuchKey";
      case UPLOAD_PART, COMPLETE_UPLOAD, ABORT_UPLOAD -> "NoSuchUpload";
      default -> "NoSuchBucket";
    };
  }

  String text() {
    if (kind != Kind.ANSWER) {
      return kind.text();
    }
    return status + " " + code + (retryAfter == null ? "" : ", retry after " + retryAfter);
  }
}
