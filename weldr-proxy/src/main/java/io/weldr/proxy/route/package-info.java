/**
 * Routing on the workers. Start at {@link io.weldr.proxy.route.RoutingView}, an immutable value that is made once
 * for each change, and passed to every worker. {@link io.weldr.proxy.route.RouteTable} finds the pool of a request.
 */
@NullMarked
package io.weldr.proxy.route;

import org.jspecify.annotations.NullMarked;
