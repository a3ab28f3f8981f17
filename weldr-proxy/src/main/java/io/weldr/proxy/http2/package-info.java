/**
 * HTTP/2 as bytes (RFC 9113, RFC 7541): nothing here opens a socket or knows of exchanges.
 *
 * <p>Start at {@link io.weldr.proxy.http2.FrameReader}, which checks frames and tells a
 * {@link io.weldr.proxy.http2.FrameSink} of them. {@link io.weldr.proxy.http2.RequestFields} makes a field section the
 * head of an HTTP/1.1 request, which the scanner of HTTP/1.1 then checks: there is one validator for both versions.
 * {@link io.weldr.proxy.http2.FrameWriter} makes the head of an HTTP/1.1 response a field section.
 *
 * <p>Instances belong to one connection or one event loop; none of them is thread safe.
 */
@NullMarked
package io.weldr.proxy.http2;

import org.jspecify.annotations.NullMarked;
