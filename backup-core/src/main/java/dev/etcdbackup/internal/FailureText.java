package dev.etcdbackup.internal;

import java.io.EOFException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The reason of a failure in plain words: a part of a message that says what failed. Names neither
 * classes nor packages, which the messages of the JDK and of libraries often do.
 */
public final class FailureText {
  private static final Map<Class<? extends FileSystemException>, String> FILES =
      Map.of(
          NoSuchFileException.class, "there is no such file",
          AccessDeniedException.class, "permission denied",
          FileAlreadyExistsException.class, "exists already",
          NotDirectoryException.class, "is not a directory",
          DirectoryNotEmptyException.class, "the directory is not empty",
          FileSystemLoopException.class, "symbolic links lead back to it",
          AtomicMoveNotSupportedException.class, "cannot be renamed to another file system");
  private static final Pattern CLASS =
      Pattern.compile(
          "(?:[a-z][a-z0-9_]*\\.)+(?:[A-Z]\\w*[.$])*[A-Z]\\w*(?:Exception|Error)\\b(?:: )?");
  private static final Pattern END = Pattern.compile("(?:Exception|Error)?$");

  private FailureText() {}

  /**
   * Returns the reason of a failure.
   *
   * @param failure the failure
   * @return its message without names of classes, or what its type means in words; never empty, and
   *     of several lines only if the message is
   */
  public static String of(Throwable failure) {
    if (failure instanceof ClosedByInterruptException
        || (failure instanceof InterruptedIOException
            && !(failure instanceof SocketTimeoutException))
        || failure instanceof InterruptedException) {
      return "interrupted";
    }
    if (failure instanceof FileSystemException file) {
      return file(file);
    }
    if (failure instanceof UnknownHostException host) {
      return host.getMessage() == null ? "unknown host" : "unknown host " + host.getMessage();
    }
    Throwable cause = failure.getCause();
    String message = failure.getMessage();
    if (cause != null && (message == null || message.equals(cause.toString()))) {
      return of(cause);
    }
    String plain = message == null ? "" : withoutClasses(message);
    return plain.isEmpty() ? kind(failure) : plain;
  }

  /**
   * Returns a text without names of classes, as in {@code java.io.IOException: closed}.
   *
   * @param text any text
   * @return the text without them, stripped
   */
  public static String withoutClasses(String text) {
    return CLASS.matcher(text).replaceAll("").strip();
  }

  private static String file(FileSystemException failure) {
    @Nullable String reason = failure.getReason();
    String words =
        reason == null || reason.isEmpty()
            ? FILES.getOrDefault(failure.getClass(), "cannot be used")
            : reason;
    String other = failure.getOtherFile() == null ? "" : " -> " + failure.getOtherFile();
    return failure.getFile() == null ? words : failure.getFile() + other + ": " + words;
  }

  /** What a failure without a message is, by the name of its type: "socket timeout". */
  private static String kind(Throwable failure) {
    if (failure instanceof EOFException) {
      return "the data ends too early";
    }
    if (failure instanceof TimeoutException) {
      return "no result in time";
    }
    if (failure instanceof ClosedChannelException) {
      return "closed";
    }
    if (failure instanceof OutOfMemoryError) {
      return "not enough memory";
    }
    String name = END.matcher(failure.getClass().getSimpleName()).replaceFirst("");
    String words = name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    return words.isBlank() ? "no reason given" : words;
  }
}
