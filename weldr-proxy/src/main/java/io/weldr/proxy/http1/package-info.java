/**
 * HTTP/1.1 messages as bytes (RFC 9112): nothing here opens a socket or knows of origins.
 *
 * <p>Start at {@link io.weldr.proxy.http1.RequestHead}: it scans a head once, checks it, and leaves offsets.
 * {@link io.weldr.proxy.http1.Body} tracks where a body ends. What is ambiguous is refused, never repaired.
 *
 * <p>Instances are scratch space of one event loop; none of them is thread safe.
 */
@NullMarked
package io.weldr.proxy.http1;

import org.jspecify.annotations.NullMarked;
