package io.weldr.proxy.exchange;

import io.weldr.core.route.MatchScratch;
import io.weldr.core.route.PathRewrite;
import io.weldr.core.route.RewrittenTarget;
import io.weldr.core.route.RouteMatched;
import io.weldr.proxy.edit.Peer;
import io.weldr.proxy.edit.TargetBytes;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.route.HeadView;
import io.weldr.proxy.route.RateLimits;

/**
 * The tools that the exchanges of one event loop need to find routes: scratch space for one request at a time, and
 * the counters of rate limits.
 */
public final class RoutingTools {
    private final HeadView view;
    private final MatchScratch scratch = new MatchScratch();
    private final RateLimits limits;
    private final RewrittenTarget rewritten = new RewrittenTarget();
    private final TargetBytes target = new TargetBytes();

    /** For the heads that {@code head} has, one after another. */
    public RoutingTools(RequestHead head, RateLimits limits) {
        view = new HeadView(head);
        this.limits = limits;
    }

    HeadView view() {
        return view;
    }

    MatchScratch scratch() {
        return scratch;
    }

    RateLimits limits() {
        return limits;
    }

    TargetBytes rewritten(RequestHead head, Peer peer, RouteMatched matched, PathRewrite rewrite) {
        rewritten.set(rewrite, matched, view.set(head, peer));
        return target.set(rewritten.bytes(), rewritten.length());
    }
}
