package io.weldr.proxy.exchange;

import io.weldr.core.listener.ListenerName;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.route.RoutePlan;
import io.weldr.proxy.route.RoutePlans;
import io.weldr.proxy.route.RoutingView;
import io.weldr.proxy.stats.HttpCell;
import io.weldr.proxy.stats.HttpCells;
import io.weldr.proxy.upstream.WorkerView;
import org.jspecify.annotations.Nullable;

/**
 * One listener as a worker sees it: its name, and the route table that its requests are matched with. The table is
 * looked up once for each routing view. Confined to the worker's loop, but for {@link #name}.
 */
public final class Entrance {

    private final ListenerName name;
    private final WorkerView view;
    private final int redirectPort;
    private @Nullable RoutingView seen;
    private RoutePlans routes = RoutePlans.NONE;
    private final HttpCells cells;
    private @Nullable HttpCell[] known = new HttpCell[1]; // by their place in the routes; null: not used yet

    /**
     * The listener of that name; whether a routing view knows it does not matter.
     *
     * @param cells where the worker counts
     * @param redirectPort every request is answered with a redirect to https at that port; 0: it goes where routes say
     */
    public Entrance(ListenerName name, WorkerView view, HttpCells cells, int redirectPort) {
        this.cells = cells;
        this.redirectPort = redirectPort;
        this.name = name;
        this.view = view;
    }

    public ListenerName name() {
        return name;
    }

    /** The port of https that every request is redirected to; 0: none is. */
    int redirectPort() {
        return redirectPort;
    }

    /**
     * What a certificate authority is answered that asks for the file of a challenge; null: the request is another one.
     */
    byte @Nullable [] challengeAnswer(RequestHead head) {
        RoutingView current = view.current();
        return current == null ? null : current.challenges().find(head.bytes(), head.pathStart(), head.targetEnd());
    }

    /** The routes that the worker has now for requests of this listener. */
    @SuppressWarnings("ReferenceEquality") // another view is another object: to compare what is in them takes long
    public RoutePlans routes() {
        RoutingView current = view.current();
        if (current != seen) {
            seen = current;
            RoutePlans now = current == null ? null : current.routes(name);
            if (now != null && now != routes) {
                routes = now; // else the listener was removed: what its connections still ask goes where it went
                known = new HttpCell[now.cells()];
            }
        }
        return routes;
    }

    /** Where requests are counted that no route takes. */
    HttpCell cell() {
        HttpCell at = known[0];
        if (at == null) {
            at = cells.of(name.value(), "", "");
            known[0] = at;
        }
        return at;
    }

    /**
     * Where the requests of a route are counted.
     *
     * @param plan of {@link #routes} as they are now
     * @param pool its number among those of the route, or {@link RoutePlan#NO_POOL}
     */
    HttpCell cell(RoutePlan plan, int pool) {
        int place = plan.cell(pool);
        HttpCell at = known[place];
        if (at == null) {
            String poolName = pool == RoutePlan.NO_POOL ? "" : plan.pool(pool).value();
            at = cells.of(name.value(), plan.route().name().value(), poolName);
            known[place] = at;
        }
        return at;
    }
}
