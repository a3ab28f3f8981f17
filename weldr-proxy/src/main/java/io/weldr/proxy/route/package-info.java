/**
 * Where a request may go. Start at {@link io.weldr.proxy.route.RoutingView}: one immutable value for each change, made
 * once and handed to every worker. {@link io.weldr.proxy.route.RouteTable} says which pool a request goes to.
 */
@NullMarked
package io.weldr.proxy.route;

import org.jspecify.annotations.NullMarked;
