/**
 * The data plane: HTTP/1.1 from clients to origins and back. Start at {@link io.weldr.proxy.ProxyServer}.
 *
 * <pre>
 * client -> net -> exchange -> route            one routing view for each change, read on the worker's own loop
 *                     |-----> upstream -> origin         an idle connection on the same loop, or a new one
 * client <- exchange <--- upstream              through ResponseSink; streamed, never gathered
 * </pre>
 *
 * <p>{@code http}, {@code http1} and {@code edit} hold what is known of messages and nothing of sockets; {@code net}
 * sockets and deadlines; {@code limits} every number.
 */
@NullMarked
package io.weldr.proxy;

import org.jspecify.annotations.NullMarked;
