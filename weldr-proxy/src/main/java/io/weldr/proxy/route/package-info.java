/**
 * Where a request may go. Start at {@link io.weldr.proxy.route.RoutingView}: one immutable value for each change of the
 * pool, made once and handed to every worker.
 */
@NullMarked
package io.weldr.proxy.route;

import org.jspecify.annotations.NullMarked;
