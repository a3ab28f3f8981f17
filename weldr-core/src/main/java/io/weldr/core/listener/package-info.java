/**
 * Listeners: the addresses on which nodes accept connections of clients. Start at {@link
 * io.weldr.core.listener.Listener}.
 */
@NullMarked
package io.weldr.core.listener;

import org.jspecify.annotations.NullMarked;
