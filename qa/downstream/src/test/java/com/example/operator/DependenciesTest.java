package com.example.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** etcd's client and S3's are on one class path, and must agree. */
class DependenciesTest {
  @Test
  void thereIsOneNetty() throws Exception {
    Map<String, String> versions = new TreeMap<>();
    String resource = "META-INF/io.netty.versions.properties";
    for (URL jar : Collections.list(getClass().getClassLoader().getResources(resource))) {
      Properties properties = new Properties();
      try (InputStream in = jar.openStream()) {
        properties.load(in);
      }
      properties.stringPropertyNames().stream()
          .filter(name -> name.endsWith(".version") && !name.startsWith("netty-tcnative"))
          .forEach(name -> versions.put(name, properties.getProperty(name)));
    }
    assertThat(versions).containsKey("netty-common.version");
    assertThat(new TreeSet<>(versions.values())).as("%s", versions).hasSize(1);
  }

  @Test
  void whatIsOptionalDoesNotComeAlong() {
    List<String> optional =
        List.of("net/jqwik/api/Property", "org/testcontainers/DockerClientFactory");
    for (String absent : optional) {
      assertThat(getClass().getClassLoader().getResource(absent + ".class")).as(absent).isNull();
    }
  }
}
