package io.weldr.core.route;

import io.weldr.core.Check;
import io.weldr.core.listener.ErrorPage;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.RequestKey;
import io.weldr.core.pool.Scheme;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The action of a route on a matching request. */
public sealed interface RouteAction {

    /**
     * It goes to an origin of one of the pools.
     *
     * @param pools each once, 1 to 16, with a weight above 0 in at least one
     * @param splitBy what decides between several pools, so that one client stays on one side. Of a request that has no
     *     such header or cookie, the client's address decides
     */
    record Forward(List<WeightedPool> pools, RequestKey splitBy) implements RouteAction {
        private static final int POOLS_MAX = 16;

        public Forward {
            pools = List.copyOf(pools);
            Check.that(!pools.isEmpty(), "pools", "none", "at least one pool");
            Check.atMost("pools", pools.size(), POOLS_MAX);
            Set<PoolName> seen = new HashSet<>();
            pools.forEach(each -> Check.that(seen.add(each.pool()), "pools", each.pool(), "each pool once"));
            Check.that(pools.stream().anyMatch(each -> each.weight() > 0), "pools", "weights of 0", "one above 0");
        }

        /** All to one pool. */
        public static Forward to(PoolName pool) {
            return new Forward(List.of(new WeightedPool(pool, 1)), RequestKey.CLIENT_ADDRESS);
        }
    }

    /**
     * A pool and its share.
     *
     * @param weight 0 to 1 000 000; 0: nothing
     */
    record WeightedPool(PoolName pool, int weight) {
        public WeightedPool {
            Check.inRange("weight", weight, 0, 1_000_000);
        }
    }

    /**
     * The client is sent elsewhere. What is null stays as it was in the request.
     *
     * @param status 301, 302, 303, 307 or 308 (RFC 9110 section 15.4)
     */
    record Redirect(
            int status,
            @Nullable Scheme scheme,
            @Nullable String host,
            @Nullable Integer port,
            @Nullable PathRewrite path)
            implements RouteAction {
        private static final Set<Integer> STATUSES = Set.of(301, 302, 303, 307, 308);

        private static String checkedHost(String host) {
            try {
                return new HostPort(host, 1).host();
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("redirect." + e.getMessage(), e);
            }
        }

        public Redirect {
            Check.that(STATUSES.contains(status), "redirect.status", status, "301, 302, 303, 307 or 308");
            if (host != null) {
                host = checkedHost(host);
            }
            if (port != null) {
                Check.inRange("redirect.port", port, 1, 65535);
            }
            Check.that(
                    scheme != null || host != null || port != null || path != null,
                    "redirect",
                    "the request's own URL",
                    "another scheme, host, port or path");
        }
    }

    /**
     * weldr answers by itself.
     *
     * @param status 200 to 599
     * @param body at most 16 KiB of UTF-8; empty with 204 and 304
     */
    record FixedResponse(int status, String contentType, String body) implements RouteAction {
        public FixedResponse {
            Check.inRange("fixedResponse.status", status, 200, 599);
            ErrorPage.checkContentType("fixedResponse.contentType", contentType);
            Check.utf8AtMost("fixedResponse.body", body, ErrorPage.BODY_BYTES_MAX);
            Check.that(
                    (status != 204 && status != 304) || body.isEmpty(),
                    "fixedResponse.body",
                    body,
                    "none with the status " + status);
        }
    }
}
