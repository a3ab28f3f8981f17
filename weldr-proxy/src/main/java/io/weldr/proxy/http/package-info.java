/**
 * Terms of HTTP that every version shares (RFC 9110): methods, fields, framing. {@link io.weldr.proxy.http.Failure}
 * is the table of the causes of failed exchanges. Nothing here reads a message or opens a socket.
 */
@NullMarked
package io.weldr.proxy.http;

import org.jspecify.annotations.NullMarked;
