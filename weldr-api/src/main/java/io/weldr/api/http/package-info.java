/**
 * The admin API over HTTP. Start at {@link io.weldr.api.http.HttpApi}, which listens and turns failures into
 * answers. {@link io.weldr.api.http.ServerRoutes}, {@link io.weldr.api.http.V1Routes} and {@link
 * io.weldr.api.http.ProbeRoutes} declare the paths. {@link io.weldr.api.http.WatchStream} is the event stream, and
 * {@link io.weldr.api.http.Metrics} serves Prometheus.
 *
 * <p>Everything runs on one event loop, that of the listener. Nothing on it may block.
 */
@NullMarked
package io.weldr.api.http;

import org.jspecify.annotations.NullMarked;
