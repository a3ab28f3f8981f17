package io.weldr.api.admin;

import io.weldr.api.admin.Explained.Action;
import io.weldr.api.admin.Explained.Considered;
import io.weldr.api.admin.Explained.OriginChoice;
import io.weldr.api.admin.Explained.PoolChoice;
import io.weldr.api.admin.Explained.Sent;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.Words;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.Scheme;
import io.weldr.core.port.SentHeads;
import io.weldr.core.route.Actions;
import io.weldr.core.route.Explanation;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteAction;
import io.weldr.core.route.RouteMatched;
import io.weldr.core.route.RouteTable;
import io.weldr.core.route.RouteTest.SampleRequest;
import io.weldr.core.route.SampleView;
import io.weldr.core.state.ClusterState;
import io.weldr.proto.resource.v1.HeaderEdits;
import io.weldr.wire.resource.Routes;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells where a request would go, by the table that the proxy routes by. Pure. Takes as long as the routes of the
 * listener take to be compiled.
 */
final class Explainer {
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;

    private final ClusterState state;
    private final Listener listener;
    private final SampleRequest request;
    private final SentHeads heads;

    private Explainer(ClusterState state, Listener listener, SampleRequest request, SentHeads heads) {
        this.state = state;
        this.listener = listener;
        this.request = request;
        this.heads = heads;
    }

    /**
     * Tells where a request that comes to that listener goes. Throws a problem if there is no such listener.
     *
     * @param asked null: the first one of protocol {@code https} if the URL begins with {@code https:} and there is
     *     one, else {@code default}
     */
    static Explained explain(ClusterState state, @Nullable ListenerName asked, SampleRequest request, SentHeads heads) {
        ListenerName name = asked == null ? listenerOf(state, request.scheme()) : asked;
        Listener listener = state.listener(name);
        if (listener == null) {
            throw Problem.of(
                            ProblemType.NO_SUCH_LISTENER,
                            "there is no listener " + name,
                            "one of " + state.listeners().keySet())
                    .exception();
        }
        if (!listener.protocol().carriesHttp()) {
            throw Problem.of(
                            ProblemType.INVALID_VALUE,
                            "listener: " + name + ", which has the protocol " + Words.of(listener.protocol()),
                            "a listener of protocol http or https")
                    .exception();
        }
        return new Explainer(state, listener, request, heads).explain();
    }

    private static ListenerName listenerOf(ClusterState state, Scheme scheme) {
        return state.listeners().values().stream()
                .filter(listener -> scheme == Scheme.HTTPS && listener.protocol() == Listener.Protocol.HTTPS)
                .map(Listener::name)
                .findFirst()
                .orElse(ListenerName.DEFAULT);
    }

    private Explained explain() {
        SampleView view = new SampleView(request);
        Explanation found =
                RouteTable.of(state.routes().values(), listener.name()).explain(view);
        RouteMatched winner = found.winner();
        RouteAction action = winner == null ? null : winner.route().action();
        boolean refused = found.refusal() != null;
        io.weldr.proto.resource.v1.Route message = winner == null || refused ? null : Routes.encode(winner.route());
        List<Considered> considered = found.considered().stream()
                .limit(Explained.CONSIDERED_MAX)
                .map(each -> new Considered(each.route().name().value(), each.index(), each.matches(), each.lost()))
                .toList();
        return new Explained(
                state.revision(),
                listener.name().value(),
                found.host(),
                found.path(),
                found.ambiguousPath(),
                winner == null ? null : winner.route().name().value(),
                winner == null ? null : winner.index(),
                found.refusal(),
                kind(action, refused),
                status(action, refused),
                action instanceof RouteAction.Redirect redirect && winner != null && !refused
                        ? Actions.location(redirect, winner, view, request.scheme())
                        : null,
                action instanceof RouteAction.Forward forward && !refused ? pools(forward) : List.of(),
                action instanceof RouteAction.Forward forward && winner != null && message != null
                        ? sent(forward, winner, message.getRequestHeaders(), view)
                        : null,
                message == null ? HeaderEdits.getDefaultInstance() : message.getResponseHeaders(),
                considered,
                found.left() + found.considered().size() - considered.size());
    }

    private static Action kind(@Nullable RouteAction action, boolean refused) {
        if (action == null) {
            return Action.NOT_FOUND;
        }
        if (refused) {
            return Action.REFUSE;
        }
        return action instanceof RouteAction.Forward
                ? Action.FORWARD
                : action instanceof RouteAction.Redirect ? Action.REDIRECT : Action.RESPOND;
    }

    private static @Nullable Integer status(@Nullable RouteAction action, boolean refused) {
        if (action == null) {
            return NOT_FOUND;
        }
        if (refused) {
            return FORBIDDEN;
        }
        if (action instanceof RouteAction.Redirect redirect) {
            return redirect.status();
        }
        return action instanceof RouteAction.FixedResponse fixed ? Integer.valueOf(fixed.status()) : null;
    }

    private Sent sent(RouteAction.Forward forward, RouteMatched winner, HeaderEdits edits, SampleView view) {
        Origin origin = firstOrigin(forward);
        SentHeads.Head head = origin == null ? null : heads.head(request, listener, winner, origin);
        return new Sent(
                head == null || head.refused() != null ? Actions.target(winner, view) : head.target(),
                rewriteHost(winner.route()),
                edits,
                origin == null ? null : origin.id().value(),
                head == null ? List.of() : head.fields(),
                head == null ? null : head.refused());
    }

    /** Of the pools with a weight: the first one that takes requests, or the first of all; null: there is none. */
    private @Nullable Origin firstOrigin(RouteAction.Forward forward) {
        List<Origin> all = forward.pools().stream()
                .filter(each -> each.weight() > 0)
                .map(each -> state.pool(each.pool()))
                .filter(Objects::nonNull)
                .flatMap(pool -> pool.origins().stream())
                .toList();
        return all.stream()
                .filter(origin -> origin.state().equals("up"))
                .findFirst()
                .orElseGet(() -> all.isEmpty() ? null : all.get(0));
    }

    private static @Nullable String rewriteHost(Route route) {
        return route.filters().rewriteHost();
    }

    private List<PoolChoice> pools(RouteAction.Forward forward) {
        return forward.pools().stream()
                .map(each -> new PoolChoice(each.pool().value(), each.weight(), origins(each.pool())))
                .toList();
    }

    private List<OriginChoice> origins(PoolName name) {
        Pool pool = state.pool(name);
        return pool == null
                ? List.of()
                : pool.origins().stream()
                        .map(origin -> new OriginChoice(
                                origin.id().value(),
                                origin.url().toString(),
                                origin.state(),
                                origin.weight(),
                                origin.priority()))
                        .toList();
    }
}
