package dev.etcdbackup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.testkit.Fixtures;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A share of the matrix; {@code ./run faults} runs all of it. {@code ETCDBACKUP_FAULTS_SEED} in the
 * environment chooses another share.
 */
class FaultMatrixTest {
  private static final int ONE_IN = 20;

  @Test
  void thereAreAsManyCasesAsThereShouldBe() {
    Set<Backend.Kind> inProcess = EnumSet.of(Backend.Kind.DIRECTORY, Backend.Kind.S3PROXY);
    assertThat(TestServers.cases(inProcess)).hasSizeGreaterThanOrEqualTo(400);
    assertThat(TestServers.cases(EnumSet.of(Backend.Kind.RGW))).hasSizeGreaterThanOrEqualTo(150);
  }

  @Test
  void aShareHasEveryKindOfTroubleOfEachBackend() {
    List<Case> all = TestServers.cases(EnumSet.allOf(Backend.Kind.class));
    for (long seed = 1; seed <= 3; seed++) {
      assertThat(kinds(CaseShare.of(all, ONE_IN, seed))).isEqualTo(kinds(all));
      assertThat(CaseShare.of(all, ONE_IN, seed)).isEqualTo(CaseShare.of(all, ONE_IN, seed));
    }
  }

  private static Set<String> kinds(List<Case> cases) {
    return cases.stream()
        .map(testCase -> testCase.backend() + " " + testCase.trouble().get().getClass())
        .collect(Collectors.toSet());
  }

  @Test
  void aProcessIsKilledAtFiftyPoints() {
    assertThat(KillPoints.inDirectory()).hasSize(50).doesNotHaveDuplicates();
    assertThat(KillPoints.inS3()).hasSize(50).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @EnumSource
  void noCaseIsCountedTwice(Backend.Kind backend) {
    List<Case> cases = TestServers.cases(EnumSet.of(backend));
    assertThat(cases.stream().map(Case::name)).doesNotHaveDuplicates();
    assertThat(cases.stream().map(Case::backend)).containsOnly(backend);
  }

  @Tag("server")
  @TestFactory
  Stream<DynamicTest> inADirectory() throws Exception {
    return share(Backend.Kind.DIRECTORY);
  }

  @Tag("server")
  @TestFactory
  Stream<DynamicTest> onAFullDisk() throws Exception {
    Optional<String> missing = TestServers.missing(Backend.Kind.DISK);
    if (missing.isPresent()) {
      throw Fixtures.missing(missing.get());
    }
    return share(Backend.Kind.DISK);
  }

  @Tag("server")
  @TestFactory
  Stream<DynamicTest> fromAnEtcd() throws Exception {
    return share(Backend.Kind.ETCD);
  }

  @Tag("server")
  @TestFactory
  Stream<DynamicTest> inS3Proxy() throws Exception {
    return share(Backend.Kind.S3PROXY);
  }

  @Tag("server")
  @TestFactory
  Stream<DynamicTest> inCeph() throws Exception {
    return share(Backend.Kind.RGW);
  }

  private static Stream<DynamicTest> share(Backend.Kind backend) throws Exception {
    String chosen = System.getenv("ETCDBACKUP_FAULTS_SEED");
    long seed = chosen == null ? 1 : Long.parseLong(chosen);
    Set<Backend.Kind> backends = EnumSet.of(backend);
    List<Case> all = TestServers.cases(backends);
    List<Case> cases = CaseShare.of(all, ONE_IN, seed);
    System.out.printf(
        "%s: %d of %d cases, ETCDBACKUP_FAULTS_SEED=%d%n", backend, cases.size(), all.size(), seed);
    List<CaseRun.Result> results;
    try (TestServers servers = new TestServers(backends)) {
      results = FaultMatrix.run(servers, cases);
    }
    return results.stream()
        .map(
            result ->
                DynamicTest.dynamicTest(
                    "seed " + seed + " | " + result.testCase().name(),
                    () -> assertThat(result.complaints()).as("seed %d", seed).isEmpty()));
  }
}
