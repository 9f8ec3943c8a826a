package com.example.inventory;

import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;

/** The backups over HTTP. The library's calls block, so they do not run on the server's threads. */
@Controller("/backups")
@ExecuteOn(TaskExecutors.BLOCKING)
public class BackupController {
  private final Backups backups;

  BackupController(Backups backups) {
    this.backups = backups;
  }

  @Get
  @Produces(MediaType.TEXT_PLAIN)
  String list() throws Exception {
    return backups.list();
  }

  @Post
  @Produces(MediaType.TEXT_PLAIN)
  String backUpNow() throws Exception {
    return backups.backUpNow();
  }

  @Get("/{name}")
  @Produces(MediaType.APPLICATION_OCTET_STREAM)
  byte[] download(String name) throws Exception {
    return backups.download(name);
  }
}
