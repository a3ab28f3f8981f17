/**
 * Sockets and time of one event loop: the {@link io.weldr.proxy.net.DeadlineWheel} that replaces a timer for each request,
 * the buffers that are read into, and the {@link io.weldr.proxy.net.Transport} that sockets are made of.
 */
@NullMarked
package io.weldr.proxy.net;

import org.jspecify.annotations.NullMarked;
