/** Deadlines and latencies. */
@NullMarked
package io.weldr.proxy.stats;

import org.jspecify.annotations.NullMarked;
