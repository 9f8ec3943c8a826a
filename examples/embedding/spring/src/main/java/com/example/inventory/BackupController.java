package com.example.inventory;

import java.util.concurrent.Callable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** The backups over HTTP. The library's calls block, so they do not run on the server's threads. */
@RestController
@RequestMapping("/backups")
public class BackupController {
  private final Backups backups;

  BackupController(Backups backups) {
    this.backups = backups;
  }

  @GetMapping(produces = MediaType.TEXT_PLAIN_VALUE)
  Mono<String> list() {
    return blocking(backups::list);
  }

  @PostMapping(produces = MediaType.TEXT_PLAIN_VALUE)
  Mono<String> backUpNow() {
    return blocking(backups::backUpNow);
  }

  @GetMapping(path = "/{name}", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
  Mono<byte[]> download(@PathVariable String name) {
    return blocking(() -> backups.download(name));
  }

  private static <T> Mono<T> blocking(Callable<T> call) {
    return Mono.fromCallable(call).subscribeOn(Schedulers.boundedElastic());
  }
}
