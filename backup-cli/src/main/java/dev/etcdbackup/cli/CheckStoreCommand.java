package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.cli.config.StoreAddress;
import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.s3.S3StoreCheck;
import dev.etcdbackup.s3.S3StoreCheck.Finding;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code check-store}. */
@Command(
    name = "check-store",
    description =
        "Checks whether an S3 bucket can be used as a store: rights, conditional writes,"
            + " encryption, listing, clock, object lock, and the speed of 64 MiB both ways."
            + " Stores objects in the project etcd-backup-check and removes them. Ends with 4"
            + " when something fails.")
final class CheckStoreCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  CheckStoreCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** A finding, as {@code -o json} shows it. */
  record FindingJson(String subject, String result, String text) {}

  @Override
  public Integer call() throws UsageException, BackupException {
    StoreAddress address = root.store.required();
    try (StoreOptions.OpenStore open = root.store.open(address)) {
      if (!(open.store() instanceof S3BackupStore s3)) {
        throw new UsageException("check-store needs --store s3://BUCKET[/PREFIX]");
      }
      Output.Rows rows = root.output().rows();
      List<Finding> findings = S3StoreCheck.run(s3, finding -> print(finding, rows));
      rows.end();
      boolean failed =
          findings.stream().anyMatch(one -> one.result() == S3StoreCheck.Result.FAILED);
      return failed ? ExitCode.STORE_FAILED : ExitCode.DONE;
    }
  }

  private void print(Finding finding, Output.Rows rows) {
    String result = finding.result().toString().toLowerCase(Locale.ROOT);
    if (root.output().isJson()) {
      rows.json(new FindingJson(finding.subject(), result, finding.text()));
    } else {
      root.output().line(result + " " + finding.subject() + ": " + finding.text());
    }
  }
}
