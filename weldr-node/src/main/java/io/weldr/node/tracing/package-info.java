/**
 * Exports traces: OpenTelemetry's exporter sends the spans of sampled requests to a collector, by OTLP over HTTP.
 * Start at {@link io.weldr.node.tracing.TraceExport}. Only this package uses OpenTelemetry, and its classes are
 * loaded only if traces are on. Nothing here delays a request.
 */
@NullMarked
package io.weldr.node.tracing;

import org.jspecify.annotations.NullMarked;
