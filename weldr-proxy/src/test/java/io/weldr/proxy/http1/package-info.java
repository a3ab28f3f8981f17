/** Heads and bodies without a socket. */
@NullMarked
package io.weldr.proxy.http1;

import org.jspecify.annotations.NullMarked;
