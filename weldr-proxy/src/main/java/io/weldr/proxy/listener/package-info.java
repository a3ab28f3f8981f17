/**
 * Accepts clients: {@link io.weldr.proxy.listener.Listener} binds an address for a set of workers and gives every accepted
 * socket its one handler.
 */
@NullMarked
package io.weldr.proxy.listener;

import org.jspecify.annotations.NullMarked;
