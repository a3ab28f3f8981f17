/**
 * What everything on one event loop shares: the {@link io.weldr.proxy.loop.DeadlineWheel} that replaces a timer for each
 * request, {@link io.weldr.proxy.loop.Counter}s that cost no more than a plain field, and the
 * {@link io.weldr.proxy.loop.Transport} that sockets are made of.
 */
@NullMarked
package io.weldr.proxy.loop;

import org.jspecify.annotations.NullMarked;
