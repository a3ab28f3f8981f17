/**
 * HTTP/2 as bytes (RFC 9113, RFC 7541), without sockets and exchanges.
 *
 * <p>Start at {@link io.weldr.proxy.http2.FrameReader}, which checks frames and passes them to a {@link
 * io.weldr.proxy.http2.FrameSink}. {@link io.weldr.proxy.http2.RequestFields} turns a field section into the head of
 * an HTTP/1.1 request. The scanner of HTTP/1.1 checks that head, so both versions have one validator. {@link
 * io.weldr.proxy.http2.FrameWriter} turns the head of an HTTP/1.1 response into a field section.
 *
 * <p>Instances belong to one connection or one event loop, and are not thread-safe.
 */
@NullMarked
package io.weldr.proxy.http2;

import org.jspecify.annotations.NullMarked;
