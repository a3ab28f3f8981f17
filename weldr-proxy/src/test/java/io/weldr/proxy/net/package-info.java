/** Deadlines and latencies. */
@NullMarked
package io.weldr.proxy.net;

import org.jspecify.annotations.NullMarked;
