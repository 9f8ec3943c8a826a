package com.example.inventory;

import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Factory;
import io.micronaut.runtime.Micronaut;

/** The application; it backs up for as long as it runs. */
@Factory
public class Application {
  public static void main(String[] args) {
    Micronaut.run(Application.class, args);
  }

  @Context
  @Bean(preDestroy = "close")
  Backups backups() {
    Backups backups = Backups.fromEnvironment();
    backups.start();
    return backups;
  }
}
