/**
 * Distributed tracing: which trace a request belongs to (W3C Trace Context), and what is told of the requests that are
 * sampled. Start at {@link io.weldr.proxy.trace.TraceContext}. Knows nothing of how traces leave the node: that is a
 * {@link io.weldr.proxy.trace.TraceSink}.
 */
@NullMarked
package io.weldr.proxy.trace;

import org.jspecify.annotations.NullMarked;
