/**
 * Microbenchmarks of the proxy path, for JMH.
 *
 * <p>Start at {@link io.weldr.benchmark.jmh.HeadBenchmark}; {@link io.weldr.benchmark.jmh.BalanceBenchmark} is for the
 * balancing algorithms. They tell whether a change to either made it dearer, not how fast the proxy is: {@code
 * benchmark/run} does that.
 */
@NullMarked
package io.weldr.benchmark.jmh;

import org.jspecify.annotations.NullMarked;
