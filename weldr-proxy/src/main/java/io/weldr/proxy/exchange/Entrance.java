package io.weldr.proxy.exchange;

import io.weldr.core.listener.ListenerName;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.route.RoutePlans;
import io.weldr.proxy.route.RoutingView;
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

    /**
     * The listener of that name; whether a routing view knows it does not matter.
     *
     * @param redirectPort every request is answered with a redirect to https at that port; 0: it goes where routes say
     */
    public Entrance(ListenerName name, WorkerView view, int redirectPort) {
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
            if (now != null) {
                routes = now; // else the listener was removed: what its connections still ask goes where it went
            }
        }
        return routes;
    }
}
