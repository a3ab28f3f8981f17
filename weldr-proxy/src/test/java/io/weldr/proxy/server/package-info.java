/** Client connections, without sockets. */
@NullMarked
package io.weldr.proxy.server;

import org.jspecify.annotations.NullMarked;
