/**
 * Talks to origins: connects, keeps idle connections, writes requests, reads responses.
 *
 * <p>Start at {@link io.weldr.proxy.upstream.Endpoint}, which hands out an {@link io.weldr.proxy.upstream.Upstream};
 * what comes back goes to a {@link io.weldr.proxy.upstream.ResponseSink}, streamed, never gathered. Everything here
 * runs on the event loop of the client connection it serves. It knows nothing of clients.
 */
@NullMarked
package io.weldr.proxy.upstream;

import org.jspecify.annotations.NullMarked;
