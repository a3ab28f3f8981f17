/**
 * Which requests go where, and what is changed on the way. {@link io.weldr.core.route.Route} is what an operator writes. Field and precedence rules
 * are those of HTTPRoute in the Kubernetes Gateway API, where it has them.
 */
@NullMarked
package io.weldr.core.route;

import org.jspecify.annotations.NullMarked;
