/**
 * Microbenchmarks of the proxy path, for JMH.
 *
 * <p>Start at {@link io.weldr.benchmark.jmh.HeadBenchmark}. They tell whether a change to the scanner made it dearer, not
 * how fast the proxy is: {@code benchmark/run} does that.
 */
@NullMarked
package io.weldr.benchmark.jmh;

import org.jspecify.annotations.NullMarked;
