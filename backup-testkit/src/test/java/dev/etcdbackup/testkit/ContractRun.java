package dev.etcdbackup.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.commons.support.AnnotationSupport.isAnnotated;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.TestTemplate;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/** Runs a contract against whatever its subclass makes at the moment. */
final class ContractRun {
  private final Class<?> contract;

  ContractRun(Class<?> contract) {
    this.contract = contract;
  }

  /** The names of the contract's tests: its rules. */
  Set<String> rules() {
    return methods().stream().map(Method::getName).collect(Collectors.toCollection(TreeSet::new));
  }

  /** Runs the whole contract; the names of the tests that failed. */
  Set<String> failing() {
    Events tests = run(selectClass(contract));
    assertThat(names(tests.finished())).as("tests that ran").isEqualTo(rules());
    return names(tests.failed());
  }

  /** Runs one test of the contract; its name, if it failed. */
  Set<String> failing(String rule) {
    Method method =
        methods().stream()
            .filter(candidate -> candidate.getName().equals(rule))
            .findAny()
            .orElseThrow(() -> new AssertionError("there is no test " + rule));
    Events tests = run(selectMethod(contract, method));
    assertThat(names(tests.finished())).as("tests that ran").containsExactly(rule);
    return names(tests.failed());
  }

  private static Events run(DiscoverySelector tests) {
    Events events = EngineTestKit.engine("junit-jupiter").selectors(tests).execute().testEvents();
    assertThat(events.aborted().count()).as("tests that were aborted").isZero();
    assertThat(events.skipped().count()).as("tests that were skipped").isZero();
    return events;
  }

  private List<Method> methods() {
    return ReflectionSupport.findMethods(
        contract,
        method -> isAnnotated(method, Testable.class) || isAnnotated(method, TestTemplate.class),
        HierarchyTraversalMode.TOP_DOWN);
  }

  /** The rule that a wrong implementation was made for, and others that cannot but notice it. */
  static Set<String> union(String rule, String... alsoNoticedBy) {
    Set<String> rules = new TreeSet<>(Set.of(alsoNoticedBy));
    rules.add(rule);
    return rules;
  }

  private static Set<String> names(Events tests) {
    return tests.stream().map(ContractRun::name).collect(Collectors.toCollection(TreeSet::new));
  }

  private static String name(Event test) {
    return ((MethodSource) test.getTestDescriptor().getSource().orElseThrow()).getMethodName();
  }
}
