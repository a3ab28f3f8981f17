/**
 * Routes: conditions on requests, destinations, and edits of requests and responses. {@link
 * io.weldr.core.route.Route} is what an operator writes. Fields and precedence follow HTTPRoute of the Kubernetes
 * Gateway API.
 *
 * <p>{@link io.weldr.core.route.RouteTable} finds and explains the route of a {@link
 * io.weldr.core.route.RequestView}. {@link io.weldr.core.route.Actions} and {@link
 * io.weldr.core.route.RewrittenTarget} apply the route to the request. {@link io.weldr.core.route.RouteChecks} are
 * the checks of the leader before a change of routes enters the log.
 */
@NullMarked
package io.weldr.core.route;

import org.jspecify.annotations.NullMarked;
