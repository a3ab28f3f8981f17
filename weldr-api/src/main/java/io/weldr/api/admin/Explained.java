package io.weldr.api.admin;

import io.weldr.core.port.SentHeads;
import io.weldr.proto.resource.v1.HeaderEdits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The route of a request, and the reasons.
 *
 * @param revision of the state that was asked
 * @param host in normal form
 * @param path in normal form, or as it came if it is ambiguous
 * @param route that takes the request; null: none does
 * @param match place of the match that holds among those of the route, from 0
 * @param refusal why the route refuses the client; null: it does not
 * @param status of the answer that weldr gives itself; null: an origin answers
 * @param location of a redirect
 * @param pools that the request may go to
 * @param sent what an origin gets; null: no origin gets anything
 * @param considered the routes of the listener, in their order of precedence, at most {@value #CONSIDERED_MAX}
 * @param left how many routes are left out of {@code considered}
 */
public record Explained(
        long revision,
        String listener,
        String host,
        String path,
        boolean ambiguousPath,
        @Nullable String route,
        @Nullable Integer match,
        @Nullable String refusal,
        Action action,
        @Nullable Integer status,
        @Nullable String location,
        List<PoolChoice> pools,
        @Nullable Sent sent,
        HeaderEdits responseHeaders,
        List<Considered> considered,
        int left) {
    /** More than anybody reads. */
    static final int CONSIDERED_MAX = 100;

    public Explained {
        pools = List.copyOf(pools);
        considered = List.copyOf(considered);
    }

    /** What becomes of the request. */
    public enum Action {
        FORWARD,
        REDIRECT,
        RESPOND,
        /** 403, because of the networks of the route. */
        REFUSE,
        /** 404, because no route takes it. */
        NOT_FOUND
    }

    /**
     * A pool, its share beside the others, and its origins.
     *
     * @param pool the name of the pool
     * @param weight its share beside the other pools of the route
     * @param origins the origins of the pool
     */
    public record PoolChoice(String pool, int weight, List<OriginChoice> origins) {
        public PoolChoice {
            origins = List.copyOf(origins);
        }
    }

    /**
     * An origin, and whether it takes requests.
     *
     * @param id the id of the origin
     * @param url the URL of the origin
     * @param weight share of requests beside the other origins
     * @param priority origins of a higher number are used when too few of the lower ones are up
     */
    public record OriginChoice(String id, String url, String state, int weight, int priority) {}

    /**
     * What an origin gets.
     *
     * @param target path and query
     * @param host value of {@code Host} that the route sets; null: as the host policy of the origin says
     * @param origin that the fields are for; null: the pools have none
     * @param fields the header section as the proxy of this node sends it; none: there is no origin, or the request is
     *     refused
     * @param refused why the proxy refuses the request before it looks for a route, for people; null: it does not
     */
    public record Sent(
            String target,
            @Nullable String host,
            HeaderEdits headers,
            @Nullable String origin,
            List<SentHeads.Field> fields,
            @Nullable String refused) {
        public Sent {
            fields = List.copyOf(fields);
        }
    }

    /**
     * A route, and why it does not take the request; null: it does.
     *
     * @param route the name of the route
     * @param matches whether the match holds
     */
    public record Considered(
            String route,
            int match,
            boolean matches,
            @Nullable String lost) {}
}
