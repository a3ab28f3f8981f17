/**
 * Words of HTTP that every version shares (RFC 9110): methods, fields, framing, and the table of all that can go wrong
 * with an exchange, {@link io.weldr.proxy.http.Failure}. Nothing here reads a message or opens a socket.
 */
@NullMarked
package io.weldr.proxy.http;

import org.jspecify.annotations.NullMarked;
