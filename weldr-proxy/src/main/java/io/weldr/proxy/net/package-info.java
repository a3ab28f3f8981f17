/**
 * Sockets and time of one event loop: the {@link io.weldr.proxy.net.DeadlineWheel} that replaces a timer for each
 * request, the buffers that are read into, and the {@link io.weldr.proxy.net.Transport} that sockets are made of. A
 * {@link io.weldr.proxy.net.Listener} binds an address and hands every accepted socket to a
 * {@link io.weldr.proxy.net.Reception}.
 */
@NullMarked
package io.weldr.proxy.net;

import org.jspecify.annotations.NullMarked;
