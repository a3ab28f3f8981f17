/**
 * Traces leave the node: OpenTelemetry's exporter sends the spans of sampled requests to a collector by OTLP over HTTP.
 * Start at {@link io.weldr.node.tracing.TraceExport}. The only package that knows OpenTelemetry. Nothing here holds up
 * a request, and nothing of it is loaded unless traces are on.
 */
@NullMarked
package io.weldr.node.tracing;

import org.jspecify.annotations.NullMarked;
