package dev.etcdbackup.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.commons.support.AnnotationSupport.isAnnotated;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.lang.reflect.Method;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** Runs single tests of a contract against whatever its subclass makes at the moment. */
final class ContractRun {
  private final Class<?> contract;

  ContractRun(Class<?> contract) {
    this.contract = contract;
  }

  /** The names of the contract's tests: its rules. */
  List<String> rules() {
    return methods().stream().map(Method::getName).toList();
  }

  /** How often the test failed, of the times it ran. */
  long failures(String rule) {
    Method method =
        methods().stream()
            .filter(candidate -> candidate.getName().equals(rule))
            .findAny()
            .orElseThrow(() -> new AssertionError("there is no test " + rule));
    Events tests =
        EngineTestKit.engine("junit-jupiter")
            .selectors(selectMethod(contract, method))
            .execute()
            .testEvents();
    assertThat(tests.finished().count()).as("runs of %s", rule).isPositive();
    assertThat(tests.aborted().count()).as("runs of %s that were aborted", rule).isZero();
    return tests.failed().count();
  }

  private List<Method> methods() {
    return ReflectionSupport.findMethods(
        contract,
        method -> isAnnotated(method, Test.class) || isAnnotated(method, ParameterizedTest.class),
        HierarchyTraversalMode.TOP_DOWN);
  }
}
