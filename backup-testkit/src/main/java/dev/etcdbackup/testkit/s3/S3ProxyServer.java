package dev.etcdbackup.testkit.s3;

import dev.etcdbackup.testkit.etcd.EtcdCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.UUID;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import org.jspecify.annotations.Nullable;

/** The code that uses s3proxy, which is an optional dependency. */
final class S3ProxyServer {
  private static final String STORE_PASSWORD = "changeit"; // protects nothing

  private S3ProxyServer() {}

  static S3Server start(@Nullable Path directory, boolean tls) {
    BlobStore objects =
        directory == null
            ? new TransientNio2BlobStore()
            : new FilesystemNio2BlobStore(directory.toString());
    String accessKey = "AK" + UUID.randomUUID().toString().replace("-", "");
    String secretKey = UUID.randomUUID().toString() + UUID.randomUUID();
    S3Proxy.Builder builder =
        S3Proxy.builder()
            .blobStore(objects)
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, accessKey, secretKey);
    try {
      if (!tls) {
        S3Proxy proxy = builder.endpoint(URI.create("http://127.0.0.1:0")).build();
        proxy.start();
        URI endpoint = URI.create("http://127.0.0.1:" + proxy.getPort());
        return new S3Server(endpoint, accessKey, secretKey, null, () -> stop(proxy));
      }
      EtcdCertificates certificates = EtcdCertificates.shared();
      S3Proxy proxy =
          builder
              .secureEndpoint(URI.create("https://127.0.0.1:0"))
              .keyStore(keyStore(certificates).toString(), STORE_PASSWORD)
              .build();
      proxy.start();
      URI endpoint = URI.create("https://127.0.0.1:" + proxy.getSecurePort());
      return new S3Server(endpoint, accessKey, secretKey, certificates.ca(), () -> stop(proxy));
    } catch (Exception e) {
      throw new IllegalStateException("the embedded S3 server did not start: " + e, e);
    }
  }

  /** A file of the servers' certificate and key, which is deleted when the JVM exits. */
  private static Path keyStore(EtcdCertificates certificates)
      throws IOException, GeneralSecurityException {
    String pem = Files.readString(certificates.serverKey()).replaceAll("-----.*-----", "");
    PrivateKey key =
        KeyFactory.getInstance("EC")
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem)));
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    Certificate[] chain = {certificate(certificates.server()), certificate(certificates.ca())};
    store.setKeyEntry("server", key, STORE_PASSWORD.toCharArray(), chain);
    Path file = Files.createTempFile("s3-test-tls", ".p12");
    file.toFile().deleteOnExit();
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, STORE_PASSWORD.toCharArray());
    }
    return file;
  }

  private static Certificate certificate(Path pem) throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(pem)) {
      return CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static void stop(S3Proxy proxy) {
    try {
      proxy.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the embedded S3 server did not stop: " + e, e);
    }
  }
}
