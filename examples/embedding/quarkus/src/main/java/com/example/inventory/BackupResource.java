package com.example.inventory;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.Collectors;

/** The backups over HTTP. */
@Path("/backups")
public class BackupResource {
  private final Backups backups;

  BackupResource(Backups backups) {
    this.backups = backups;
  }

  /** The names of the backups, one a line. */
  @GET
  @Produces(MediaType.TEXT_PLAIN)
  public String list() throws IOException {
    return backups.list().stream()
        .map(backup -> backup.key().name() + "\n")
        .collect(Collectors.joining());
  }

  /** Backs up now and answers with the name of the backup. */
  @POST
  @Produces(MediaType.TEXT_PLAIN)
  public String backUpNow() throws Exception {
    return backups.backUpNow().key().name();
  }

  /** The snapshot of a backup, which was verified before the first byte is sent. */
  @GET
  @Path("{name}")
  @Produces(MediaType.APPLICATION_OCTET_STREAM)
  public StreamingOutput download(String name) throws IOException {
    java.nio.file.Path directory = Files.createTempDirectory("backup");
    java.nio.file.Path file = directory.resolve("snapshot.db");
    backups.download(name, file);
    return output -> {
      try {
        Files.copy(file, output);
      } finally {
        Files.delete(file);
        Files.delete(directory);
      }
    };
  }
}
