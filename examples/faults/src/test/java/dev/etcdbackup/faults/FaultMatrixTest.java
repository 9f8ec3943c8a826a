package dev.etcdbackup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A share of the matrix; {@code ./run faults} runs all of it. {@code ETCDBACKUP_FAULTS_SEED} in the
 * environment chooses another share.
 */
class FaultMatrixTest {
  private static final int ONE_IN = 10;

  @Test
  void thereAreAsManyCellsAsThereShouldBe() {
    Set<Ground.Kind> inProcess = EnumSet.of(Ground.Kind.DIRECTORY, Ground.Kind.S3PROXY);
    assertThat(Lab.cells(inProcess)).hasSizeGreaterThanOrEqualTo(400);
    assertThat(Lab.cells(EnumSet.of(Ground.Kind.RGW))).hasSizeGreaterThanOrEqualTo(150);
  }

  @ParameterizedTest
  @EnumSource
  void noCellIsCountedTwice(Ground.Kind ground) {
    List<Cell> cells = Lab.cells(EnumSet.of(ground));
    assertThat(cells.stream().map(Cell::name)).doesNotHaveDuplicates();
    assertThat(cells.stream().map(Cell::ground)).containsOnly(ground);
  }

  @TestFactory
  Stream<DynamicTest> inADirectory() throws Exception {
    return share(Ground.Kind.DIRECTORY);
  }

  @TestFactory
  Stream<DynamicTest> fromAnEtcd() throws Exception {
    return share(Ground.Kind.ETCD);
  }

  @TestFactory
  Stream<DynamicTest> inS3Proxy() throws Exception {
    return share(Ground.Kind.S3PROXY);
  }

  @TestFactory
  Stream<DynamicTest> inCeph() throws Exception {
    return share(Ground.Kind.RGW);
  }

  private static Stream<DynamicTest> share(Ground.Kind ground) throws Exception {
    String chosen = System.getenv("ETCDBACKUP_FAULTS_SEED");
    long seed = chosen == null ? 1 : Long.parseLong(chosen);
    Set<Ground.Kind> grounds = EnumSet.of(ground);
    List<Cell> cells = Share.of(Lab.cells(grounds), ONE_IN, seed);
    List<CellRun.Result> results;
    try (Lab lab = new Lab(grounds)) {
      results = FaultMatrix.run(lab, cells);
    }
    return results.stream()
        .map(
            result ->
                DynamicTest.dynamicTest(
                    "seed " + seed + " | " + result.cell().name(),
                    () -> assertThat(result.complaints()).isEmpty()));
  }
}
