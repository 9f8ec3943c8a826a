package dev.etcdbackup.benchmarks;

import java.util.List;

/**
 * A bucket in which twenty tools write: listed with the format of each backup, the coverage of its
 * projects, and an audit by the listing, beside the SDK's paginator alone.
 */
final class MixedCase implements Case {
  private static final int WARM_UPS = 3;
  private static final double BAR = 2.0;

  @Override
  public String name() {
    return "mixed";
  }

  @Override
  public void join(BenchmarkServers lab, Batch batch) throws Exception {
    if (lab.s3().isEmpty()) {
      return;
    }
    S3Target target = lab.s3().get(0);
    int objects = lab.settings().objects();
    lab.progress().println("making " + objects + " objects of twenty formats in " + target);
    ListCase.makeObjects(target, objects, number -> Worker.MIXED + '/' + MixedNames.key(number));
    String page = step(lab, batch, target, "page", "SDK paginator, mixed ← ");
    for (String what : List.of("list", "coverage", "audit")) {
      String step = step(lab, batch, target, what, what + ", mixed ← ");
      String title = what + " of " + objects + " mixed objects ← " + target.name();
      batch.add(
          new Comparison(name(), title, Measurement::seconds, step, List.of(List.of(page)), BAR));
    }
  }

  private String step(BenchmarkServers lab, Batch batch, S3Target target, String what, String title)
      throws Exception {
    WarmJvm warm = lab.warm(name());
    String step = title + target.name();
    String command = "mixed " + target.name() + ' ' + what;
    batch.add(new Step(step, WARM_UPS, () -> warm.ask(command).cost()));
    return step;
  }
}
