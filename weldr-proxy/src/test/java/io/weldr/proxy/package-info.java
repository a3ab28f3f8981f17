/**
 * Stories on real sockets, told in raw bytes: {@link io.weldr.proxy.RawClient}, the proxy, {@link
 * io.weldr.proxy.RawOrigin}.
 */
@NullMarked
package io.weldr.proxy;

import org.jspecify.annotations.NullMarked;
