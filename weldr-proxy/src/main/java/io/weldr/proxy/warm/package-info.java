/**
 * The peers of a proxy that only warms up: {@link io.weldr.proxy.warm.WarmOrigin} answers, {@link
 * io.weldr.proxy.warm.WarmClient} asks. Both on plain blocking sockets, so that the code of the real path sees nothing but
 * its own handlers while it is compiled.
 */
@NullMarked
package io.weldr.proxy.warm;

import org.jspecify.annotations.NullMarked;
