/**
 * Notifies the service manager by the protocol of sd_notify(3): ready, status, watchdog. Start at {@link
 * io.weldr.node.systemd.ServiceManager}. Nothing here changes the node, and failures here do not affect it.
 */
@NullMarked
package io.weldr.node.systemd;

import org.jspecify.annotations.NullMarked;
