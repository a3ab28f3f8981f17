package io.weldr.proxy.exchange;

import io.weldr.core.pool.PoolName;
import io.weldr.core.route.Admission;
import io.weldr.core.route.RouteAction;
import io.weldr.core.route.RouteMatched;
import io.weldr.proxy.route.NameView;
import io.weldr.proxy.route.RoutePlan;
import io.weldr.proxy.route.RoutePlans;
import org.jspecify.annotations.Nullable;

/**
 * The destination of a connection of which only the server name and the client address are known.
 *
 * @param pool null: nowhere
 * @param denied whether there is a route, and it does not admit the client
 */
public record Passage(@Nullable PoolName pool, boolean denied) {
    private static final Passage NOWHERE = new Passage(null, false);
    private static final Passage DENIED = new Passage(null, true);

    /**
     * Asks the routes of a listener. On the event loop.
     *
     * @param name lower case
     * @param client address of 4 or 16 bytes
     */
    public static Passage find(Entrance listener, RelayLoop loop, String name, byte[] client) {
        RoutePlans routes = listener.routes();
        RouteMatched matched = routes.match(
                new NameView(name, client), loop.exchanges.routing().scratch());
        if (matched == null) {
            return NOWHERE;
        }
        RoutePlan plan = routes.plan(matched);
        if (!Admission.admits(plan.route(), client)) {
            return DENIED;
        }
        return plan.action() instanceof RouteAction.Forward ? new Passage(plan.pool(client), false) : NOWHERE;
    }
}
