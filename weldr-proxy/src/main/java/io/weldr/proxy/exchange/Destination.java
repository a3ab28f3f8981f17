package io.weldr.proxy.exchange;

import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.Scheme;
import io.weldr.core.route.Actions;
import io.weldr.core.route.Admission;
import io.weldr.core.route.PathRewrite;
import io.weldr.core.route.RouteAction;
import io.weldr.core.route.RouteMatched;
import io.weldr.proxy.edit.Peer;
import io.weldr.proxy.edit.PeerTls;
import io.weldr.proxy.edit.TargetBytes;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Octets;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.route.HeadView;
import io.weldr.proxy.route.RateLimits;
import io.weldr.proxy.route.RoutePlan;
import io.weldr.proxy.route.RoutePlans;
import io.weldr.proxy.route.RoutingView;
import io.weldr.proxy.route.ServingPool;
import io.weldr.proxy.route.StickyTable;
import io.weldr.proxy.stats.HttpCell;
import io.weldr.proxy.upstream.Affinity;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where the request at hand goes: its route, its pool, and what it says about an origin. An exchange has one, for one
 * request after another. What was decided holds for all tries of a request, also when routes change meanwhile.
 */
final class Destination {
    private final ExchangeLoop loop;
    private final Affinity affinity = new Affinity();
    private @Nullable RouteMatched matched;
    private @Nullable RoutePlan plan;
    private @Nullable HttpCell cell; // null: no route was found
    private long revision;
    private long retryAfterSeconds;
    private boolean boundByOldCookie; // the origin that the client is bound to stays, and its cookie is renewed

    Destination(ExchangeLoop loop) {
        this.loop = loop;
    }

    /**
     * Finds the route of a request.
     *
     * @return why the request goes nowhere; null: it has a route that admits it
     */
    @Nullable Failure find(RequestHead head, Downstream client) {
        clear();
        PeerTls tls = client.peer().tls();
        if (tls != null
                && head.hostEnd() > head.hostStart()
                && !tls.covers(head.bytes(), head.hostStart(), head.hostEnd())) {
            return Failure.MISDIRECTED;
        }
        HeadView view = loop.routing().view().set(head, client.peer());
        RoutePlans routes = client.listener().routes();
        RouteMatched found = routes.match(view, loop.routing().scratch());
        if (found == null) {
            return Failure.NO_ROUTE;
        }
        RoutePlan holding = routes.plan(found);
        matched = found;
        plan = holding;
        Failure refused = refused(holding, head, view);
        if (refused != null || !(holding.action() instanceof RouteAction.Forward)) {
            cell = client.listener().cell(holding, RoutePlan.NO_POOL); // else its pool is chosen next
        }
        return refused;
    }

    private @Nullable Failure refused(RoutePlan holding, RequestHead head, HeadView view) {
        if (!Admission.admits(holding.route(), view.clientAddress())) {
            return Failure.CLIENT_DENIED;
        }
        RateLimits.Limit limit = holding.limit();
        return limit == null ? null : limited(limit, head, view);
    }

    private @Nullable Failure limited(RateLimits.Limit limit, RequestHead head, HeadView view) {
        long hash = limit.key().hash(head, view);
        long waitNanos = loop.routing().limits().take(limit, hash, System.nanoTime());
        if (waitNanos == RateLimits.PASS) {
            return null;
        }
        retryAfterSeconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(waitNanos + 999_999_999));
        return Failure.RATE_LIMITED;
    }

    /** Chooses the pool of a request that is forwarded, and what it says about an origin there. */
    void choosePool(RequestHead head, Downstream client) {
        HeadView view = loop.routing().view().set(head, client.peer());
        int number = plan().choose(head, view);
        PoolName name = plan().pool(number);
        cell = client.listener().cell(plan(), number);
        ServingPool pool = loop.view().pool(name);
        boundByOldCookie = false;
        if (pool == null) {
            affinity.set(name);
            return;
        }
        StickyTable sticky = pool.sticky();
        StickyTable.Binding bound = sticky == null ? null : sticky.find(head);
        boundByOldCookie = bound != null && !bound.current();
        long key = pool.key() == null ? 0 : pool.key().hash(head, view);
        affinity.set(name, key, bound == null ? null : bound.origin());
    }

    /** Whether a route was found. */
    boolean known() {
        return plan != null;
    }

    RoutePlan plan() {
        RoutePlan holding = plan;
        assert holding != null : "no route was found";
        return holding;
    }

    /** Where the request is counted. */
    HttpCell cell(Downstream client) {
        HttpCell known = cell;
        return known == null ? client.listener().cell() : known;
    }

    /** The revision of the state by which its route was looked for; 0: before the first. */
    long revision() {
        return revision;
    }

    Affinity affinity() {
        return affinity;
    }

    /** When a request that came too often may come again; 0: it did not. */
    long retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /** The target that the origin gets in place of the client's; null: that one. */
    @Nullable TargetBytes target(RequestHead head, Peer peer) {
        PathRewrite rewrite = plan().route().filters().rewritePath();
        RouteMatched found = matched;
        if (rewrite == null || found == null) {
            return null;
        }
        return loop.routing().rewritten(head, peer, found, rewrite);
    }

    /** Value of {@code Location}. Only if the action is a redirect. */
    byte[] location(RequestHead head, Peer peer) {
        RouteMatched found = matched;
        assert found != null : "no route was found";
        RouteAction.Redirect redirect = (RouteAction.Redirect) plan().action();
        HeadView view = loop.routing().view().set(head, peer);
        return Octets.ascii(Actions.location(redirect, found, view, peer.secure() ? Scheme.HTTPS : Scheme.HTTP));
    }

    /** The line that binds the client to the origin that has answered; null: it is bound already, or is not to be. */
    byte @Nullable [] cookie(OriginId origin) {
        ServingPool pool = loop.view().pool(affinity.pool());
        StickyTable sticky = pool == null ? null : pool.sticky();
        boolean boundAlready = origin.equals(affinity.origin()) && !boundByOldCookie;
        return sticky == null || boundAlready ? null : sticky.line(origin);
    }

    void clear() {
        matched = null;
        plan = null;
        cell = null;
        retryAfterSeconds = 0;
        RoutingView current = loop.view().current();
        revision = current == null ? 0 : current.revision();
    }
}
