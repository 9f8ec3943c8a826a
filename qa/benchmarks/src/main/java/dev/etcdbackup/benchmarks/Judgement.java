package dev.etcdbackup.benchmarks;

/** What becomes a line of the report when all rounds were run. */
interface Judgement {
  /** Makes the line of the samples. */
  Verdict judge(Samples samples);
}
