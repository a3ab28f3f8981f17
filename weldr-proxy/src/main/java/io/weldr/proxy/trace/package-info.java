/**
 * Distributed tracing: the trace of a request (W3C Trace Context), and the spans of sampled requests. Start at
 * {@link io.weldr.proxy.trace.TraceContext}. A {@link io.weldr.proxy.trace.TraceSink} receives the spans; this
 * package does not know how they are exported.
 */
@NullMarked
package io.weldr.proxy.trace;

import org.jspecify.annotations.NullMarked;
