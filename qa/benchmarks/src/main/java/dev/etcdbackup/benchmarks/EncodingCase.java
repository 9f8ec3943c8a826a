package dev.etcdbackup.benchmarks;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Backups that are compressed with zstd and encrypted with OpenPGP: beside plain ones, and beside
 * {@code etcdctl}, {@code zstd}, {@code gpg} and a copy. What compresses depends on the values.
 */
final class EncodingCase implements Case {
  private static final int WARM_UPS = 3;
  private static final String KEY = "peer/snapshot.db.zst";
  private static final String COMPRESS = "zstd -T2";
  private static final String DECOMPRESS = "zstd -d";

  @Override
  public String name() {
    return "encoding";
  }

  @Override
  public void join(BenchmarkServers lab, Batch batch) throws Exception {
    if (!Program.isThere("zstd") || !Program.isThere("gpg")) {
      lab.note("zstd or gpg is not installed: the case 'encoding' is left out");
      return;
    }
    lab.etcd();
    lab.metadata().put("zstd", Program.version("zstd", "--version"));
    lab.metadata().put("gpg", Program.version("gpg", "--version"));
    GpgHome gpg = GpgHome.create(lab.file("gnupg"));
    lab.closeAtTheEnd(gpg);
    Peers.save(lab, batch);
    Peers.saveNow(lab); // what follows needs the file before the first round
    batch.add(Step.cold(COMPRESS, () -> compress(lab)));
    compress(lab);
    for (S3Target target : lab.s3()) {
      backups(lab, batch, target, gpg);
      restores(lab, batch, target);
    }
    decryption(lab, batch, gpg);
  }

  private void backups(BenchmarkServers lab, Batch batch, S3Target target, GpgHome gpg)
      throws Exception {
    boolean json = lab.settings().values() == Values.JSON;
    tellKeys(lab.warm(name()), gpg);
    String plain = backup(lab, batch, target, "");
    String zstd = backup(lab, batch, target, " .zst");
    String both = backup(lab, batch, target, " .zst .gpg");
    List<List<String>> peers = Peers.saveAndUpload(lab, batch, target);
    List<List<String>> compressing = new ArrayList<>();
    for (Copier copier : lab.copiers()) {
      String step = copier.program() + " of a .zst → " + target.name();
      Command upload = copier.upload(compressed(lab), target, KEY);
      batch.add(
          Step.cold(
              step,
              () -> {
                Measurement cost = upload.run(lab.log(copier.program()));
                Peers.delete(target, KEY);
                return cost;
              }));
      compressing.add(List.of(Peers.SAVE, COMPRESS, step));
    }
    compare(batch, zstd, peers, json ? 0.45 : null);
    compare(batch, zstd, compressing, json ? 0.60 : null);
    compare(batch, zstd, List.of(List.of(plain)), json ? null : 1.10);
    compare(batch, both, List.of(List.of(zstd)), json ? 1.25 : null);
  }

  private static void tellKeys(WarmJvm warm, GpgHome gpg) throws Exception {
    warm.ask("keys " + gpg.publicKey() + ' ' + gpg.privateKey());
  }

  private String backup(BenchmarkServers lab, Batch batch, S3Target target, String suffixes)
      throws Exception {
    URI etcd = lab.etcd();
    WarmJvm warm = lab.warm(name());
    String step = "warm backup" + suffixes + " → " + target.name();
    batch.add(
        new Step(
            step,
            WARM_UPS,
            () -> {
              WarmJvm.Answer made = warm.ask("backup " + target.name() + ' ' + etcd + suffixes);
              warm.ask("delete " + target.name() + ' ' + made.result());
              return made.cost();
            }));
    return step;
  }

  private void restores(BenchmarkServers lab, Batch batch, S3Target target) throws Exception {
    WarmJvm warm = lab.warm("encoding-restore");
    String key = warm.ask("backup " + target.name() + ' ' + lab.etcd() + " .zst").result();
    String step = "warm restore of a .zst ← " + target.name();
    Path directory = lab.file("restored-zst");
    batch.add(
        new Step(
            step,
            WARM_UPS,
            () -> {
              String command = "recover " + target.name() + ' ' + key + ' ' + directory;
              Measurement cost = warm.ask(command).cost();
              BenchmarkServers.delete(directory);
              return cost;
            }));
    batch.add(Step.cold(DECOMPRESS, () -> decompress(lab)));
    String restore = Peers.restore(lab, batch);
    List<List<String>> peers = new ArrayList<>();
    for (Copier copier : lab.copiers()) {
      String download = copier.program() + " of a .zst ← " + target.name();
      Path file = lab.file("downloaded.db.zst");
      Command command = copier.download(target, key, file);
      batch.add(
          Step.cold(
              download,
              () -> {
                Measurement cost = command.run(lab.log(copier.program()));
                Files.delete(file);
                return cost;
              }));
      peers.add(List.of(download, DECOMPRESS, restore));
    }
    compare(batch, step, peers, 0.8);
  }

  private void decryption(BenchmarkServers lab, Batch batch, GpgHome gpg) throws Exception {
    Path file = lab.file("saved.db.gpg");
    gpg.encrypt(Peers.saved(lab), file).run(lab.log("gpg"));
    String peer = "gpg --decrypt";
    Command decrypt = gpg.decrypt(file);
    batch.add(Step.cold(peer, () -> decrypt.run(lab.log("gpg"))));
    WarmJvm warm = lab.warm("encoding-decrypt");
    tellKeys(warm, gpg);
    String step = "warm decryption of a file";
    batch.add(new Step(step, WARM_UPS, () -> warm.ask("decrypt " + file).cost()));
    compare(batch, step, List.of(List.of(peer)), 1.0);
    batch.add(
        comparison(
            "peak RSS, " + step, Measurement::peakRssBytes, step, List.of(List.of(peer)), null));
  }

  /** Without a peer that can be had there is nothing to compare with. */
  private void compare(Batch batch, String step, List<List<String>> peers, @Nullable Double bar) {
    if (!peers.isEmpty()) {
      batch.add(comparison(step, Measurement::seconds, step, peers, bar));
    }
  }

  private Comparison comparison(
      String title,
      ToDoubleFunction<Measurement> cost,
      String step,
      List<List<String>> peers,
      @Nullable Double bar) {
    return new Comparison(name(), title, cost, step, peers, bar);
  }

  private static Path compressed(BenchmarkServers lab) {
    return lab.file("saved.db.zst");
  }

  private static Measurement compress(BenchmarkServers lab) throws Exception {
    List<String> words =
        List.of(
            "zstd",
            "-q",
            "-f",
            "-T2",
            Peers.saved(lab).toString(),
            "-o",
            compressed(lab).toString());
    return new Command(words, Map.of()).run(lab.log("zstd"));
  }

  private static Measurement decompress(BenchmarkServers lab) throws Exception {
    Path to = lab.file("decompressed.db");
    List<String> words =
        List.of("zstd", "-q", "-f", "-d", compressed(lab).toString(), "-o", to.toString());
    Measurement cost = new Command(words, Map.of()).run(lab.log("zstd"));
    Files.delete(to);
    return cost;
  }
}
