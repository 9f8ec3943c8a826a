package dev.etcdbackup.s3;

import dev.etcdbackup.StoreException;
import dev.etcdbackup.internal.FailureText;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * Translates the SDK's exceptions into failures of the store: one line with the request, the place,
 * the answer, and what to do about common mistakes. Text about credentials is omitted.
 */
final class S3Exceptions {
  /** The effect of a failed request that changes something. */
  enum Effect {
    /** The server refused the change; a repetition would be refused too. */
    REFUSED,
    /** The change was not made; a repetition may succeed. */
    NOT_DONE,
    /** There was no answer, or it does not say. */
    UNKNOWN
  }

  /** The messages of SDK providers that are not configured. */
  private static final Pattern NOT_CONFIGURED =
      Pattern.compile(
          "from system settings|AWS_WEB_IDENTITY_TOKEN_FILE or|for profile 'default'|neither"
              + " AWS_CONTAINER_CREDENTIALS|from IMDS|IMDS credentials have been disabled");

  private static final String CHECKSUMS =
      "the client uses checksums or chunks that this server does not support; build it with"
          + " S3Clients.forRgw";

  private final String endpoint;
  private final Duration timeout;
  private final boolean checksums;
  private final boolean encrypted;
  private final Supplier<String> pathStyleHint;

  /**
   * Takes what all requests have in common.
   *
   * @param checksums whether the client may add checksums to every body, as the SDK does by default
   * @param encrypted whether a customer's key goes with the requests
   * @param pathStyleHint the question for a client that puts buckets into the host name, else
   *     empty; asked for when there is a failure
   */
  S3Exceptions(
      @Nullable URI endpoint,
      Duration timeout,
      boolean checksums,
      boolean encrypted,
      Supplier<String> pathStyleHint) {
    this.pathStyleHint = pathStyleHint;
    this.checksums = checksums && endpoint != null; // AWS itself supports them
    this.encrypted = encrypted;
    this.endpoint =
        endpoint == null ? "AWS" : endpoint.getScheme() + "://" + endpoint.getAuthority();
    this.timeout = timeout;
  }

  /**
   * A further question for messages that ask whether the endpoint is right; empty when there is
   * none.
   */
  String pathStyleHint() {
    return pathStyleHint.get();
  }

  /** The server, for messages. */
  String endpoint() {
    return endpoint;
  }

  /** Whether the server would refuse any other request for the same reason. */
  static boolean isAboutAllRequests(String code) {
    return switch (code) {
      case "NoSuchBucket",
          "InvalidAccessKeyId",
          "XAdminUserNotFound", // versitygw
          "InvalidToken",
          "ExpiredToken",
          "SignatureDoesNotMatch",
          "RequestTimeTooSkewed",
          "RequestExpired",
          "PermanentRedirect",
          "AuthorizationHeaderMalformed" ->
          true;
      default -> false;
    };
  }

  StoreException failed(String operation, String where, Exception e) {
    return new StoreException(text(operation, where, e), e);
  }

  StoreException unknown(String operation, String where, Exception e) {
    String text = text(operation, where, e) + "; it is not known whether it took effect";
    return new StoreException(text, e, true);
  }

  static StoreException interrupted(String doing, InterruptedException e, boolean outcomeUnknown) {
    Thread.currentThread().interrupt();
    return new StoreException("interrupted while " + doing, e, outcomeUnknown);
  }

  static Effect effect(SdkException e) {
    if (e instanceof SdkServiceException answer) {
      int status = answer.statusCode();
      if (status == 429 || status == 503) {
        return Effect.NOT_DONE;
      }
      return status >= 300 && status < 500 ? Effect.REFUSED : Effect.UNKNOWN;
    }
    boolean neverSent =
        cause(e, ConnectException.class) != null || cause(e, UnknownHostException.class) != null;
    return neverSent ? Effect.NOT_DONE : Effect.UNKNOWN;
  }

  /** The HTTP status, 0 when there was no answer. */
  static int status(SdkException e) {
    return e instanceof SdkServiceException answer ? answer.statusCode() : 0;
  }

  /** S3's name of the error, empty when there is none, as in the answer to a HEAD. */
  static String code(SdkException e) {
    if (e instanceof AwsServiceException answer && answer.awsErrorDetails() != null) {
      String code = answer.awsErrorDetails().errorCode();
      return code == null ? "" : code;
    }
    return "";
  }

  /** Without the control characters that a key or a server's answer may hold. */
  static String oneLine(String text) {
    return text.replaceAll("\\p{Cntrl}+", " ").strip();
  }

  private String text(String operation, String where, Exception e) {
    String reason =
        e instanceof AwsServiceException answer ? answered(operation, answer) : unanswered(e);
    return oneLine(operation + " of " + where + " at " + endpoint + " failed: " + reason);
  }

  private String answered(String operation, AwsServiceException e) {
    StringBuilder text = new StringBuilder().append(e.statusCode());
    String code = code(e);
    if (!code.isEmpty()) {
      text.append(' ').append(code);
    }
    if (e.requestId() != null) {
      text.append(" (request ").append(e.requestId()).append(')');
    }
    String said = e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorMessage();
    String hint = hint(e.statusCode(), reason(code, said));
    if (code.equals("PermanentRedirect") || code.equals("AuthorizationHeaderMalformed")) {
      hint = regionHint(e, said);
    }
    if (hint == null && said != null) {
      hint = keyHint(said);
    }
    if (hint == null && checksums && isUpload(operation) && mayBeChecksums(code)) {
      hint = CHECKSUMS + (said == null || said.isBlank() ? "" : " (the server says: " + said + ")");
    }
    if (hint != null) {
      text.append(": ").append(hint);
    } else if (said != null && !said.isBlank()) {
      text.append(": ").append(said);
    }
    return text.toString();
  }

  /** Whether servers answer so to bodies in a form that they do not support. */
  private static boolean mayBeChecksums(String code) {
    return switch (code) {
      case "", "BadDigest", "InvalidDigest", "InvalidRequest", "InvalidArgument" -> true;
      default -> false;
    };
  }

  private static boolean isUpload(String operation) {
    return operation.equals("PutObject") || operation.startsWith("UploadPart");
  }

  /** AWS has the right region in a header, Garage and versitygw in the text. */
  private static String regionHint(AwsServiceException e, @Nullable String said) {
    SdkHttpResponse answer = e.awsErrorDetails().sdkHttpResponse();
    String region =
        answer == null ? "" : answer.firstMatchingHeader("x-amz-bucket-region").orElse("");
    return "the bucket is in another region than --s3-region or AWS_REGION says; set the region"
        + (region.isEmpty() ? "" : " to " + region)
        + (said == null || said.isBlank() ? "" : " (the server says: " + said + ")");
  }

  /** Problems with a customer's key have no error code of their own. */
  private static @Nullable String keyHint(String said) {
    if (said.contains("must provide a valid encryption algorithm") // RGW
        || said.contains("stored using a form of Server Side Encryption")) { // AWS
      return "it is encrypted with a customer's key, and none was given";
    }
    if (said.contains("calculated MD5 hash of the key did not match")) {
      return "it is encrypted with another customer's key than the one given";
    }
    if (said.contains("encryption parameters are not applicable")) {
      return "it is not encrypted with a customer's key, and one was given";
    }
    return null;
  }

  /** Garage denies access with one code for wrong credentials too, and says which in the text. */
  private static String reason(String code, @Nullable String said) {
    if (!code.equals("AccessDenied") || said == null) {
      return code;
    }
    if (said.contains("No such key: ")) {
      return "InvalidAccessKeyId";
    }
    return said.contains("Invalid signature") ? "SignatureDoesNotMatch" : code;
  }

  private @Nullable String hint(int status, String code) {
    return switch (code) {
      case "XAmzContentSHA256Mismatch", "MissingContentLength", "NotImplemented" ->
          checksums ? CHECKSUMS : null;
      case "RequestTimeTooSkewed", "RequestExpired" ->
          "the clocks of this machine and the server differ too much; set the clock";
      case "SignatureDoesNotMatch" ->
          "the secret key is wrong, or a proxy between here and the server changes requests";
      case "InvalidAccessKeyId", "InvalidToken", "XAdminUserNotFound" ->
          "the server does not know the access key";
      case "ExpiredToken" -> "the credentials have expired";
      case "AccessDenied" ->
          "these credentials may not do this; backups need to get, put, list, delete and abort"
              + (encrypted ? "; or the object is encrypted with another customer's key" : "");
      case "PreconditionFailed" ->
          "the server refuses the name, and nothing is found under it; in a bucket with versions a"
              + " delete marker may take it: use another name, or remove the marker";
      case "NoSuchBucket" -> "there is no such bucket; create it";
      case "QuotaExceeded" -> "the quota of the bucket or of its owner is used up";
      case "InvalidObjectState" -> "it is archived; restore it in the bucket first, then try again";
      case "" -> silentHint(status);
      default -> null;
    };
  }

  /** The hint for an answer without a reason. */
  private @Nullable String silentHint(int status) {
    if (status == 403) {
      return "these credentials may not do this, or are wrong";
    }
    if (status == 407) {
      return "a proxy wants credentials" + proxyHint();
    }
    boolean http = endpoint.startsWith("http://");
    return status == 400 && http ? "if the server uses TLS on this port, say https" : null;
  }

  /** The settings that send requests to a proxy. */
  private static String proxyHint() {
    String settings =
        Stream.concat(
                Stream.of("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy")
                    .filter(name -> System.getenv(name) != null),
                Stream.of("https.proxyHost", "http.proxyHost")
                    .filter(name -> System.getProperty(name) != null))
            .collect(Collectors.joining(", "));
    return settings.isEmpty()
        ? ""
        : "; requests go through a proxy (" + settings + ") unless NO_PROXY names the server";
  }

  private String unanswered(Exception e) {
    if (e instanceof TimeoutException
        || cause(e, ApiCallTimeoutException.class) != null
        || cause(e, ApiCallAttemptTimeoutException.class) != null) {
      return "no answer within " + timeout.toMillis() / 1e3 + " s";
    }
    UnknownHostException host = cause(e, UnknownHostException.class);
    if (host != null) {
      return "unknown host ("
          + host.getMessage()
          + "); is the endpoint right"
          + pathStyleHint()
          + "?"
          + proxyHint();
    }
    ConnectException refused = cause(e, ConnectException.class);
    if (refused != null) {
      return refused.getMessage() + "; is the endpoint right and the server up?" + proxyHint();
    }
    SSLException tls = cause(e, SSLException.class);
    if (tls != null) {
      return FailureText.of(tls)
          + "; is it a TLS port, and is its authority known (--s3-ca,"
          + " caPem)?";
    }
    SocketTimeoutException silent = cause(e, SocketTimeoutException.class);
    if (silent != null) {
      return "no answer (" + silent.getMessage() + ")";
    }
    String said = String.valueOf(e.getMessage());
    if (said.startsWith("Unable to load credentials")) {
      return noCredentials(said);
    }
    if (said.startsWith("Could not parse XML response")) {
      return "the answer is not XML; is the endpoint that of an S3 server" + pathStyleHint() + "?";
    }
    IOException io = cause(e, IOException.class);
    if (io == null) {
      return said;
    }
    String scheme =
        endpoint.startsWith("http://") ? "; if the server uses TLS on this port, say https" : "";
    return FailureText.of(io) + scheme;
  }

  /**
   * The SDK lists why each source of credentials failed. Sources that are not configured are
   * omitted; the remaining one was meant to be used.
   */
  private static String noCredentials(String said) {
    String failed =
        Stream.of(said.replaceFirst("(?s).*? : \\[", "").split(", (?=\\w+Provider\\()"))
            .filter(one -> one.matches("(?s)\\w+Provider\\(.*\\): .*"))
            .filter(one -> !NOT_CONFIGURED.matcher(one).find())
            .map(one -> one.replaceFirst("(?s)^(\\w+Provider)\\(.*?\\): ", "$1: "))
            .map(one -> one.replaceFirst("(?s): ProfileFile\\(.*", ""))
            .map(one -> one.replaceFirst("\\]$", ""))
            .collect(Collectors.joining("; "));
    return failed.isEmpty()
        ? "no credentials found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
        : "no credentials: " + failed;
  }

  private static <T extends Throwable> @Nullable T cause(Throwable e, Class<T> type) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return type.cast(t);
      }
    }
    return null;
  }
}
