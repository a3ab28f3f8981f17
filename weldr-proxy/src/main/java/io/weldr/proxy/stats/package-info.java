/**
 * Numbers that one event loop counts without a lock, and that any thread reads: {@link io.weldr.proxy.stats.Counter}.
 */
@NullMarked
package io.weldr.proxy.stats;

import org.jspecify.annotations.NullMarked;
