/** Deadlines and latencies. */
@NullMarked
package io.weldr.proxy.edit;

import org.jspecify.annotations.NullMarked;
