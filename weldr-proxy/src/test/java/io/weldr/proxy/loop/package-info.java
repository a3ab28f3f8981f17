/** Deadlines and latencies. */
@NullMarked
package io.weldr.proxy.loop;

import org.jspecify.annotations.NullMarked;
