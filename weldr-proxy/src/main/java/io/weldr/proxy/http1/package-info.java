/**
 * HTTP/1.1 messages as bytes (RFC 9112), without sockets and origins.
 *
 * <p>Start at {@link io.weldr.proxy.http1.RequestHead}, which scans a head once, checks it, and keeps offsets.
 * {@link io.weldr.proxy.http1.Body} finds the end of a body. An ambiguous message is refused, never repaired.
 *
 * <p>Instances are scratch space of one event loop, and are not thread-safe.
 */
@NullMarked
package io.weldr.proxy.http1;

import org.jspecify.annotations.NullMarked;
