/**
 * Connections to origins: connects, keeps idle connections, writes requests, reads responses.
 *
 * <p>Start at {@link io.weldr.proxy.upstream.Endpoint}, which provides an {@link io.weldr.proxy.upstream.Upstream}.
 * Responses go to a {@link io.weldr.proxy.upstream.ResponseSink}, streamed, never gathered. Everything here runs on
 * the event loop of the client connection that it serves. This package does not know clients.
 */
@NullMarked
package io.weldr.proxy.upstream;

import org.jspecify.annotations.NullMarked;
