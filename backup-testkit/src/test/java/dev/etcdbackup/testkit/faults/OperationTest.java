package dev.etcdbackup.testkit.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests of the AWS SDK, boto3 and rclone, and what they ask for. */
class OperationTest {
  @ParameterizedTest
  @CsvSource({
    "HEAD, /b/p/n, FIND",
    "PUT, /b/p/n, PUT",
    "PUT, /b/p/n?x-id=PutObject, PUT",
    "POST, /b/p/n?uploads, CREATE_UPLOAD",
    "POST, /b/p/n?uploads=, CREATE_UPLOAD",
    "PUT, /b/p/n?uploadId=2~x&partNumber=3, UPLOAD_PART",
    "PUT, /b/p/n?partNumber=3&uploadId=2~x&x-id=UploadPart, UPLOAD_PART",
    "POST, /b/p/n?uploadId=2~x, COMPLETE_UPLOAD",
    "DELETE, /b/p/n?uploadId=2~x, ABORT_UPLOAD",
    "GET, /b/p/n, GET",
    "GET, /b/p/n?x-id=GetObject, GET",
    "GET, /b?list-type=2&prefix=p%2F, LIST",
    "GET, /b/?list-type=2, LIST",
    "GET, /b, LIST",
    "GET, /b?prefix=p&max-keys=10, LIST",
    "POST, /b?delete, DELETE",
    "POST, /b/?delete=, DELETE",
    "DELETE, /b/p/n, DELETE",
  })
  void aRequestIsRecognised(String method, String target, Operation operation) {
    assertThat(Operation.ofRequest(method, target)).contains(operation);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /b?uploads",
    "GET, /b?versioning",
    "GET, /b/p/n?uploadId=2~x",
    "PUT, /b",
    "DELETE, /b",
    "HEAD, /b",
    "OPTIONS, /b/p/n",
    "GET, /b?uploads&prefix=p"
  })
  void othersAreLeftAlone(String method, String target) {
    assertThat(Operation.ofRequest(method, target)).isEmpty();
  }
}
