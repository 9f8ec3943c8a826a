package dev.etcdbackup.benchmarks;

/**
 * Something that is run and measured once a round.
 *
 * @param name what it is called in the report
 * @param warmUps how often it is run before the first round
 * @param run runs it, and leaves things as they were before
 */
record Step(String name, int warmUps, Run run) {
  /** A run. */
  interface Run {
    Measurement once() throws Exception;
  }

  /** A step that starts from nothing each time, so there is nothing to warm up. */
  static Step cold(String name, Run run) {
    return new Step(name, 0, run);
  }
}
