package dev.etcdbackup.cli;

import dev.etcdbackup.SourceException;
import dev.etcdbackup.cli.config.EndpointUrl;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;

/**
 * The members of a cluster by the SRV records of its domain, as {@code etcdctl --discovery-srv}
 * finds them: {@code _etcd-client-ssl._tcp.DOMAIN} are https, {@code _etcd-client._tcp.DOMAIN} are
 * http. Asks the name servers of the machine, each for 2 s and twice again.
 */
final class SrvDiscovery {
  private static final Properties SETTINGS = new Properties();

  static {
    SETTINGS.setProperty(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
    SETTINGS.setProperty("com.sun.jndi.dns.timeout.initial", "2000");
    SETTINGS.setProperty("com.sun.jndi.dns.timeout.retries", "3");
  }

  private SrvDiscovery() {}

  /** A record; the lowest priority goes first, and of one priority the greatest weight. */
  private record Srv(int priority, int weight, int port, String host) {
    static Srv of(String text) {
      String[] parts = text.split(" ", -1);
      return new Srv(
          Integer.parseInt(parts[0]),
          Integer.parseInt(parts[1]),
          Integer.parseInt(parts[2]),
          parts[3].replaceFirst("\\.$", ""));
    }

    URI url(String scheme) {
      return EndpointUrl.etcd(scheme + "://" + host + ':' + port);
    }
  }

  /**
   * Finds the members; those of https alone when there are any.
   *
   * @param suffix appended to the name of the service after a hyphen; empty appends nothing
   * @throws SourceException when the name servers do not answer, or have no such records
   */
  static List<URI> members(String domain, String suffix) throws SourceException {
    String end = (suffix.isEmpty() ? "" : '-' + suffix) + "._tcp." + domain;
    List<URI> https = urls("https", "_etcd-client-ssl" + end);
    List<URI> found = https.isEmpty() ? urls("http", "_etcd-client" + end) : https;
    if (found.isEmpty()) {
      throw new SourceException(
          "DNS has no SRV records for _etcd-client-ssl" + end + " and _etcd-client" + end);
    }
    return found;
  }

  @SuppressWarnings("BanJNDI") // DNS returns text; nothing is deserialised or loaded
  private static List<URI> urls(String scheme, String name) throws SourceException {
    try {
      List<Srv> records = new ArrayList<>();
      InitialDirContext dns = new InitialDirContext(SETTINGS);
      try {
        Attribute answer = dns.getAttributes(name, new String[] {"SRV"}).get("SRV");
        for (int i = 0; answer != null && i < answer.size(); i++) {
          records.add(Srv.of((String) answer.get(i)));
        }
      } finally {
        dns.close();
      }
      records.sort(
          Comparator.comparingInt(Srv::priority)
              .thenComparing(Comparator.comparingInt(Srv::weight).reversed()));
      return records.stream().map(record -> record.url(scheme)).toList();
    } catch (NameNotFoundException e) {
      return List.of();
    } catch (NamingException e) {
      throw new SourceException("DNS does not answer for " + name + ": " + e.getExplanation(), e);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new SourceException("the SRV record of " + name + " names no server", e);
    }
  }
}
