package io.weldr.wire.resource;

import io.weldr.core.Check;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.RequestKey;
import io.weldr.core.pool.Scheme;
import io.weldr.core.route.HeaderEdits;
import io.weldr.core.route.PathRewrite;
import io.weldr.core.route.RouteAction;
import io.weldr.core.route.RouteFilters;
import io.weldr.proto.resource.v1.FixedResponse;
import io.weldr.proto.resource.v1.HeaderValue;
import io.weldr.proto.resource.v1.Redirect;
import io.weldr.proto.resource.v1.Rewrite;
import io.weldr.proto.resource.v1.Route;
import io.weldr.proto.resource.v1.WeightedPool;
import org.jspecify.annotations.Nullable;

/** What a route does with requests. */
final class RouteActions {
    private static final String CONTENT_TYPE_DEFAULT = "text/plain; charset=utf-8";
    private static final int REDIRECT_STATUS_DEFAULT = 302;

    private RouteActions() {}

    static void encode(RouteAction action, Route.Builder to) {
        if (action instanceof RouteAction.Forward forward) {
            forward.pools()
                    .forEach(each -> to.addPools(WeightedPool.newBuilder()
                            .setPool(each.pool().value())
                            .setWeight(each.weight())));
            to.setSplitBy(Decode.encode(forward.splitBy()));
        } else if (action instanceof RouteAction.Redirect redirect) {
            to.setRedirect(encode(redirect));
        } else {
            RouteAction.FixedResponse fixed = (RouteAction.FixedResponse) action;
            to.setFixedResponse(FixedResponse.newBuilder()
                    .setStatus(fixed.status())
                    .setContentType(fixed.contentType())
                    .setBody(fixed.body()));
        }
    }

    private static Redirect encode(RouteAction.Redirect redirect) {
        Redirect.Builder to = Redirect.newBuilder().setStatus(redirect.status());
        if (redirect.scheme() != null) {
            to.setScheme(redirect.scheme().text());
        }
        if (redirect.host() != null) {
            to.setHost(redirect.host());
        }
        if (redirect.port() != null) {
            to.setPort(redirect.port());
        }
        if (redirect.path() != null) {
            to.setPath(encode(redirect.path()));
        }
        return to.build();
    }

    private static io.weldr.proto.resource.v1.PathRewrite encode(PathRewrite rewrite) {
        return io.weldr.proto.resource.v1.PathRewrite.newBuilder()
                .setKind(Decode.constant(io.weldr.proto.resource.v1.PathRewrite.Kind.class, rewrite.kind()))
                .setValue(rewrite.value())
                .build();
    }

    static RouteAction action(Route from) {
        int actions =
                (from.getPoolsCount() > 0 ? 1 : 0) + (from.hasRedirect() ? 1 : 0) + (from.hasFixedResponse() ? 1 : 0);
        Check.that(
                actions == 1,
                "action",
                actions == 0 ? "none" : actions + " of them",
                "exactly one of pools, redirect and fixedResponse");
        if (from.hasRedirect()) {
            return redirect(from.getRedirect());
        }
        if (from.hasFixedResponse()) {
            FixedResponse fixed = from.getFixedResponse();
            return new RouteAction.FixedResponse(
                    fixed.getStatus(), Decode.orElse(fixed.getContentType(), CONTENT_TYPE_DEFAULT), fixed.getBody());
        }
        return new RouteAction.Forward(
                Decode.each(
                        "pools",
                        from.getPoolsList(),
                        each -> new RouteAction.WeightedPool(
                                new PoolName(each.getPool()), each.hasWeight() ? each.getWeight() : 1)),
                from.hasSplitBy() ? Decode.key("splitBy", from.getSplitBy()) : RequestKey.CLIENT_ADDRESS);
    }

    private static RouteAction.Redirect redirect(Redirect from) {
        return new RouteAction.Redirect(
                from.getStatus() == 0 ? REDIRECT_STATUS_DEFAULT : from.getStatus(),
                scheme(from.getScheme()),
                Decode.optional(from.getHost()),
                from.hasPort() ? from.getPort() : null,
                from.hasPath() ? Decode.at("redirect", () -> rewrite(from.getPath())) : null);
    }

    private static @Nullable Scheme scheme(String name) {
        if (name.isEmpty()) {
            return null;
        }
        for (Scheme scheme : Scheme.values()) {
            if (scheme.text().equals(name)) {
                return scheme;
            }
        }
        throw new IllegalArgumentException("redirect.scheme: " + Check.quote(name) + " (expected: http or https)");
    }

    private static PathRewrite rewrite(io.weldr.proto.resource.v1.PathRewrite from) {
        return new PathRewrite(Decode.constant("path.kind", PathRewrite.Kind.FULL, from.getKind()), from.getValue());
    }

    static void encode(RouteFilters filters, Route.Builder to) {
        if (!filters.request().isEmpty()) {
            to.setRequestHeaders(encode(filters.request()));
        }
        if (!filters.response().isEmpty()) {
            to.setResponseHeaders(encode(filters.response()));
        }
        if (filters.rewriteHost() != null || filters.rewritePath() != null) {
            Rewrite.Builder rewrite = Rewrite.newBuilder();
            if (filters.rewriteHost() != null) {
                rewrite.setHost(filters.rewriteHost());
            }
            if (filters.rewritePath() != null) {
                rewrite.setPath(encode(filters.rewritePath()));
            }
            to.setRewrite(rewrite);
        }
    }

    static RouteFilters filters(Route from) {
        Rewrite rewrite = from.getRewrite();
        String host = Decode.optional(rewrite.getHost());
        PathRewrite path = rewrite.hasPath() ? Decode.at("rewrite", () -> rewrite(rewrite.getPath())) : null;
        HeaderEdits request = Decode.at("requestHeaders", () -> edits(from.getRequestHeaders()));
        HeaderEdits response = Decode.at("responseHeaders", () -> edits(from.getResponseHeaders()));
        return new RouteFilters(request, response, host, path);
    }

    private static io.weldr.proto.resource.v1.HeaderEdits encode(HeaderEdits edits) {
        io.weldr.proto.resource.v1.HeaderEdits.Builder to = io.weldr.proto.resource.v1.HeaderEdits.newBuilder();
        edits.set().forEach(field -> to.addSet(encode(field)));
        edits.add().forEach(field -> to.addAdd(encode(field)));
        to.addAllRemove(edits.remove());
        return to.build();
    }

    private static HeaderEdits edits(io.weldr.proto.resource.v1.HeaderEdits from) {
        return new HeaderEdits(
                Decode.each("set", from.getSetList(), RouteActions::header),
                Decode.each("add", from.getAddList(), RouteActions::header),
                from.getRemoveList());
    }

    static HeaderValue encode(HeaderEdits.HeaderValue field) {
        return HeaderValue.newBuilder()
                .setName(field.name())
                .setValue(field.value())
                .build();
    }

    static HeaderEdits.HeaderValue header(HeaderValue from) {
        return new HeaderEdits.HeaderValue(from.getName(), from.getValue());
    }
}
