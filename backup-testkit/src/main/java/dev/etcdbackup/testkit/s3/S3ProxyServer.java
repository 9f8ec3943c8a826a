package dev.etcdbackup.testkit.s3;

import java.net.URI;
import java.nio.file.Path;
import java.util.UUID;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import org.jspecify.annotations.Nullable;

/** The code that uses s3proxy, which is an optional dependency. */
final class S3ProxyServer {
  private S3ProxyServer() {}

  static S3Server start(@Nullable Path directory) {
    BlobStore objects =
        directory == null
            ? new TransientNio2BlobStore()
            : new FilesystemNio2BlobStore(directory.toString());
    String accessKey = "AK" + UUID.randomUUID().toString().replace("-", "");
    String secretKey = UUID.randomUUID().toString() + UUID.randomUUID();
    S3Proxy proxy =
        S3Proxy.builder()
            .blobStore(objects)
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, accessKey, secretKey)
            .build();
    try {
      proxy.start();
    } catch (Exception e) {
      throw new IllegalStateException("the embedded S3 server did not start: " + e, e);
    }
    URI endpoint = URI.create("http://127.0.0.1:" + proxy.getPort());
    return new S3Server(endpoint, accessKey, secretKey, null, () -> stop(proxy));
  }

  private static void stop(S3Proxy proxy) {
    try {
      proxy.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the embedded S3 server did not stop: " + e, e);
    }
  }
}
