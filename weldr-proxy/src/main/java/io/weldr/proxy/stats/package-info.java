/**
 * Counters that one event loop writes without a lock, and that any thread reads. Start at {@link
 * io.weldr.proxy.stats.Counter}.
 */
@NullMarked
package io.weldr.proxy.stats;

import org.jspecify.annotations.NullMarked;
