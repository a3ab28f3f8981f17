/**
 * A load generator that keeps a fixed rate and counts the wait of every request from the moment it was due.
 *
 * <p>Start at {@link io.weldr.benchmark.load.FixedRate}: it has the command line and the two threads.
 */
@NullMarked
package io.weldr.benchmark.load;

import org.jspecify.annotations.NullMarked;
