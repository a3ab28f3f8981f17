/**
 * Which requests go where, and what is changed on the way. {@link io.weldr.core.route.Route} is what an operator
 * writes. Field and precedence rules are those of HTTPRoute in the Kubernetes Gateway API, where it has them.
 *
 * <p>{@link io.weldr.core.route.RouteTable} finds the route of a request that {@link io.weldr.core.route.RequestView}
 * shows, and explains it. {@link io.weldr.core.route.Actions} and {@link io.weldr.core.route.RewrittenTarget} tell what
 * the route makes of the request. {@link io.weldr.core.route.RouteChecks} is what the leader asks before a change of
 * routes enters the log.
 */
@NullMarked
package io.weldr.core.route;

import org.jspecify.annotations.NullMarked;
