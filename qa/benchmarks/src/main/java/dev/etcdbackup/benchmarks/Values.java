package dev.etcdbackup.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Random;

/** What an etcd is filled with. */
enum Values {
  /** 1 to 8 KiB that no compression can make smaller. */
  RANDOM {
    @Override
    byte[] value(Random random, long number) {
      byte[] value = new byte[1024 + random.nextInt(7 * 1024)];
      random.nextBytes(value);
      return value;
    }
  },
  /** Objects like those of Kubernetes, 2 to 6 KiB. */
  JSON {
    @Override
    byte[] value(Random random, long number) {
      StringBuilder json = new StringBuilder(6 * 1024);
      json.append(
          String.format(
              Locale.ROOT,
              "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"web-%d\","
                  + "\"namespace\":\"team-%d\",\"uid\":\"%s\",\"resourceVersion\":\"%d\","
                  + "\"labels\":{\"app\":\"web\",\"pod-template-hash\":\"%s\"}},\"spec\":"
                  + "{\"nodeName\":\"node-%d\",\"containers\":[",
              number,
              number % 97,
              hex(random, 16),
              number,
              hex(random, 5),
              random.nextInt(500)));
      int containers = 2 + random.nextInt(7);
      for (int i = 0; i < containers; i++) {
        json.append(i == 0 ? "" : ",").append(container(random, i));
      }
      json.append("]},\"status\":{\"phase\":\"Running\",\"podIP\":\"10.");
      json.append(random.nextInt(256)).append('.').append(random.nextInt(256)).append(".7\"}}");
      return json.toString().getBytes(StandardCharsets.UTF_8);
    }
  };

  /** Keys and values by their number, in this order. */
  interface Generator {
    byte[] key(long number);

    byte[] value(long number);
  }

  Generator generator(long seed) {
    Random random = new Random(seed);
    return new Generator() {
      @Override
      public byte[] key(long number) {
        String key =
            String.format(Locale.ROOT, "/registry/pods/team-%d/web-%d", number % 97, number);
        return key.getBytes(StandardCharsets.UTF_8);
      }

      @Override
      public byte[] value(long number) {
        return Values.this.value(random, number);
      }
    };
  }

  abstract byte[] value(Random random, long number);

  private static String container(Random random, int number) {
    return String.format(
        Locale.ROOT,
        "{\"name\":\"container-%d\",\"image\":\"registry.example/team/web@sha256:%s\","
            + "\"imagePullPolicy\":\"IfNotPresent\",\"ports\":[{\"containerPort\":%d,"
            + "\"protocol\":\"TCP\"}],\"env\":[{\"name\":\"LOG_LEVEL\",\"value\":\"info\"},"
            + "{\"name\":\"TOKEN_PATH\",\"value\":\"/var/run/secrets/%s/token\"}],\"resources\":"
            + "{\"limits\":{\"cpu\":\"%dm\",\"memory\":\"%dMi\"}},\"terminationMessagePath\":"
            + "\"/dev/termination-log\",\"terminationMessagePolicy\":\"File\",\"livenessProbe\":"
            + "{\"httpGet\":{\"path\":\"/healthz\",\"port\":8080,\"scheme\":\"HTTP\"},"
            + "\"timeoutSeconds\":1,\"periodSeconds\":10}}",
        number,
        hex(random, 32),
        1024 + random.nextInt(60000),
        hex(random, 8),
        random.nextInt(4000),
        random.nextInt(8192));
  }

  private static String hex(Random random, int bytes) {
    byte[] value = new byte[bytes];
    random.nextBytes(value);
    return HexFormat.of().formatHex(value);
  }
}
