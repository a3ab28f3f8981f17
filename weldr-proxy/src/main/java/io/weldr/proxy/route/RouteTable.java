package io.weldr.proxy.route;

import io.weldr.proxy.http1.RequestHead;

/** Which route a request takes. Immutable: every worker reads the same one, and a change brings another one. */
public final class RouteTable {
    /** Sends every request to the pool that always exists. */
    public static final RouteTable DEFAULT = new RouteTable(Route.DEFAULT);

    private final Route everythingElse;

    /**
     * A table of one route.
     *
     * @param everythingElse what a request takes that no other route wants
     */
    public RouteTable(Route everythingElse) {
        this.everythingElse = everythingElse;
    }

    /** The route of a request whose head was scanned. Allocates nothing. */
    public Route match(RequestHead head) {
        return everythingElse;
    }
}
