/**
 * The admin API over HTTP. Start at {@link io.weldr.api.http.HttpApi}: it listens and turns failures into answers.
 * {@link io.weldr.api.http.ServerRoutes}, {@link io.weldr.api.http.V1Routes} and {@link io.weldr.api.http.ProbeRoutes}
 * say what there is at which path, {@link io.weldr.api.http.WatchStream} is the event stream, {@link
 * io.weldr.api.http.Metrics} what is scraped.
 *
 * <p>Everything runs on one event loop, that of the listener; nothing on it may block.
 */
@NullMarked
package io.weldr.api.http;

import org.jspecify.annotations.NullMarked;
