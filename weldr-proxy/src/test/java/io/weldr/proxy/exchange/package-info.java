/** Tests of what exchanges share, without sockets. */
@NullMarked
package io.weldr.proxy.exchange;

import org.jspecify.annotations.NullMarked;
