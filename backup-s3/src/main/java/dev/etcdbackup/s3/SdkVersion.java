package dev.etcdbackup.s3;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.util.VersionInfo;
import software.amazon.awssdk.services.s3.S3Client;

/** The version of the AWS SDK that the application has. */
final class SdkVersion {
  /** The first with the settings of checksums without which servers other than AWS refuse. */
  private static final int LOWEST_MINOR = 30;

  private static final Pattern FORM = Pattern.compile("2\\.(\\d{1,6})\\..*");

  private SdkVersion() {}

  /**
   * Checks that the SDK is new enough.
   *
   * @throws IllegalStateException when it is not, naming the version found and the one needed
   */
  static void requireSupported() {
    requireSupported(found());
  }

  static void requireSupported(String found) {
    Matcher version = FORM.matcher(found);
    if (version.matches() && Integer.parseInt(version.group(1)) < LOWEST_MINOR) {
      throw new IllegalStateException(
          "the application has version "
              + found
              + " of the AWS SDK for Java, and backups in S3 need 2."
              + LOWEST_MINOR
              + ".0 or later; raise the version of software.amazon.awssdk:bom");
    }
  }

  /**
   * Returns whether the client may add checksums to every body. That is so unless it says
   * otherwise, which clients of the oldest supported versions cannot.
   */
  static boolean mayAddChecksums(S3Client client) {
    try {
      return client.serviceClientConfiguration().requestChecksumCalculation()
          != RequestChecksumCalculation.WHEN_REQUIRED;
    } catch (NoSuchMethodError anOldVersion) {
      return true;
    }
  }

  /** Read at run time: the compiler would take the constant of the SDK that this was built with. */
  private static String found() {
    try {
      return String.valueOf(VersionInfo.class.getField("SDK_VERSION").get(null));
    } catch (ReflectiveOperationException e) {
      return "unknown";
    }
  }
}
