/**
 * Sockets and time of one event loop: the {@link io.weldr.proxy.net.DeadlineWheel}, which replaces a timer for each
 * request, the read buffers, and the {@link io.weldr.proxy.net.Transport} of the sockets. A {@link
 * io.weldr.proxy.net.Listener} binds an address, and passes every accepted socket to a {@link
 * io.weldr.proxy.net.Reception}.
 */
@NullMarked
package io.weldr.proxy.net;

import org.jspecify.annotations.NullMarked;
