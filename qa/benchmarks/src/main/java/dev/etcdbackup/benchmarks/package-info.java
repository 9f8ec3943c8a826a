/**
 * The library measured beside the tools it replaces: everything interleaved in one batch, one
 * report. {@code ./run bench} runs it.
 */
@NullMarked
package dev.etcdbackup.benchmarks;

import org.jspecify.annotations.NullMarked;
