/**
 * What a node tells the service manager that started its process, by the protocol of sd_notify(3): that it is ready,
 * what it does, that it is alive. Start at {@link io.weldr.node.systemd.ServiceManager}. Nothing here changes the node,
 * and nothing that fails here harms it.
 */
@NullMarked
package io.weldr.node.systemd;

import org.jspecify.annotations.NullMarked;
