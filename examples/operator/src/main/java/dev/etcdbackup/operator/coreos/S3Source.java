package dev.etcdbackup.operator.coreos;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.etcdbackup.operator.StoreAddress;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/**
 * Where a backup is in S3.
 *
 * @param path {@code BUCKET/[PREFIX/]PROJECT/NAME}
 * @param awsSecret the Secret with the AWS files {@code credentials} and {@code config}; when it is
 *     empty, the credentials of the operator's pod
 * @param endpoint the S3 server; by default AWS
 * @param forcePathStyle accepted, without effect: buckets are in the path, and in the host name
 *     with AWS
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record S3Source(
    @Required
        @JsonPropertyDescription(
            "BUCKET/[PREFIX/]PROJECT/NAME. A periodic backup is NAME_vREVISION_TIME, one that is"
                + " taken once is NAME.")
        @Nullable String path,
    @JsonPropertyDescription(
            "The Secret with the AWS files 'credentials' and 'config', of which the profile"
                + " 'default' counts; without it the credentials of the operator's pod.")
        @Nullable String awsSecret,
    @JsonPropertyDescription("The S3 server, http or https; by default AWS.")
        @Nullable String endpoint,
    @JsonPropertyDescription(
            "Without effect: buckets are in the path, and in the host name with AWS.")
        @Nullable Boolean forcePathStyle) {

  StoreAddress.Path parsed() {
    return StoreAddress.Path.parse("spec.s3.path", path);
  }

  StoreAddress address(String namespace) {
    StoreAddress.Path parts = parsed();
    return new StoreAddress(
        present(endpoint), null, parts.bucket(), parts.prefix(), namespace, present(awsSecret));
  }

  private static @Nullable String present(@Nullable String text) {
    return text == null || text.isBlank() ? null : text;
  }
}
