/** Every limit of the data plane, each declared once. Start at {@link io.weldr.proxy.limits.ProxyLimits}. */
@NullMarked
package io.weldr.proxy.limits;

import org.jspecify.annotations.NullMarked;
