package com.example.inventory;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** The application; it backs up for as long as it runs. */
@SpringBootApplication
public class Application {
  public static void main(String[] args) {
    SpringApplication.run(Application.class, args);
  }

  @Bean(initMethod = "start", destroyMethod = "close")
  Backups backups() {
    return Backups.fromEnvironment();
  }
}
