package dev.etcdbackup.s3;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;

/**
 * Leaves TLS out of a client for {@code http}. The client would read the authorities of the Java
 * runtime, and find out which ciphers there are: a third of a second of a new process, for what
 * nothing asks for.
 */
final class PlainHttp {
  private PlainHttp() {}

  /** Makes the client refuse TLS. */
  static void leaveOutTls(Apache5HttpClient.Builder http) {
    try {
      Refusing.addTo(http);
    } catch (LinkageError anOldVersion) { // the setting or its type had another name there
      // Without any authority every certificate is refused, too.
      http.tlsTrustManagersProvider(() -> new TrustManager[0]);
    }
  }

  /** A class of its own, which is loaded only when it is called. */
  private static final class Refusing implements TlsSocketStrategy {
    static void addTo(Apache5HttpClient.Builder http) {
      http.tlsSocketStrategy(new Refusing());
    }

    @Override
    public SSLSocket upgrade(
        Socket socket, String host, int port, Object attachment, HttpContext context)
        throws IOException {
      throw new SSLException("this client is for http, and " + host + " is asked for TLS");
    }
  }
}
