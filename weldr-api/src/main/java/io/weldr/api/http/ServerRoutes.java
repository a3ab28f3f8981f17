package io.weldr.api.http;

import io.vertx.core.http.HttpMethod;
import io.weldr.api.admin.Admin;
import io.weldr.api.admin.AdminPorts;
import io.weldr.api.admin.Census;
import io.weldr.api.admin.ClusterView;
import io.weldr.api.admin.View;
import io.weldr.api.admin.Written;
import io.weldr.api.error.ProblemType;
import io.weldr.api.http.Description.Trait;
import io.weldr.api.json.Answers.Cluster;
import io.weldr.api.json.Answers.CountEntry;
import io.weldr.api.json.Answers.Index;
import io.weldr.api.json.Answers.OriginEntry;
import io.weldr.api.json.Answers.Removed;
import io.weldr.api.json.Answers.ServerStats;
import io.weldr.api.json.Answers.Servers;
import io.weldr.api.json.Answers.Stats;
import io.weldr.api.json.Link;
import io.weldr.api.json.RequestBodies;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.Traffic;
import io.weldr.core.port.Traffic.Count;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.OriginRef;
import io.weldr.core.state.Outcome.Effect;
import io.weldr.core.token.Role;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/**
 * The simple API: {@code /}, {@code /servers}, {@code /stats}, {@code /cluster}. It speaks of the default pool alone.
 */
final class ServerRoutes {
    private static final Description INDEX = Description.read(
                    "Index", "What this is, and links to the rest", Shape.json(Index.class))
            .withoutCall();
    private static final Description LIST = Description.read(
                    "ListServers", "The origins of the default pool", Shape.json(Servers.class))
            .call("ListOrigins")
            .with(Trait.TAGGED, Trait.REVALIDATED, Trait.IF_MATCH);

    /** An origin of some pool, also for {@link V1Routes}. */
    static final Description ADD = Description.write(
                    "AddOrigin", "Add an origin to a pool", Shape.Body.NEW_ORIGIN, Shape.json(OriginEntry.class))
            .creates(false)
            .with(Trait.TAGGED, Trait.LOCATED, Trait.IF_NEW)
            .refuses(ProblemType.ALREADY_EXISTS, ProblemType.OWN_ADDRESS, ProblemType.INVALID_TOGETHER);

    static final Description GET = Description.read("GetOrigin", "One origin", Shape.json(OriginEntry.class))
            .with(Trait.TAGGED, Trait.IF_MATCH)
            .refuses(ProblemType.NO_SUCH_ORIGIN);

    static final Description REMOVE = Description.write(
                    "RemoveOrigin", "Remove an origin", null, Shape.json(Removed.class))
            .with(Trait.IF_MATCH)
            .refuses(ProblemType.NO_SUCH_ORIGIN);

    private static final Description ADD_SERVER = ADD.as("AddServer", "Add an origin to the default pool");
    private static final Description GET_SERVER = GET.as("GetServer", "One origin of the default pool");
    private static final Description REMOVE_SERVER = REMOVE.as("RemoveServer", "Remove an origin of the default pool");
    private static final Description STATS =
            Description.read("Stats", "What the whole cluster has proxied", Shape.json(Stats.class));
    private static final Description STATS_DETAIL = Description.read(
                    "StatsDetail", "The same for each origin of the default pool", Shape.array(ServerStats.class))
            .call("Stats")
            .with(Trait.MISSING);
    private static final Description CLUSTER = Description.read(
            "ClusterStatus",
            "The members, the leader, and how far each member has applied the log",
            Shape.json(Cluster.class));

    private static final List<Link> SERVERS_LINKS =
            List.of(Link.get("self", "/servers"), new Link("add", "/servers", "POST"), Link.get("index", "/"));

    private final Admin admin;
    private final AdminPorts ports;
    private final Census census;
    private final String version;

    ServerRoutes(Admin admin, AdminPorts ports, Census census, String version) {
        this.admin = admin;
        this.ports = ports;
        this.census = census;
        this.version = version;
    }

    List<Resource> resources() {
        return List.of(
                new Resource("/").on(HttpMethod.GET, INDEX, this::index),
                new Resource("/servers")
                        .on(HttpMethod.GET, LIST, this::list, "consistency")
                        .on(
                                HttpMethod.POST,
                                Role.OPERATOR,
                                ADD_SERVER,
                                request -> add(request, PoolName.DEFAULT),
                                "wait"),
                new Resource("/servers/:ip/:port")
                        .on(HttpMethod.GET, GET_SERVER, this::get, "consistency")
                        .on(HttpMethod.DELETE, Role.OPERATOR, REMOVE_SERVER, this::remove, "wait"),
                new Resource("/stats").on(HttpMethod.GET, STATS, this::stats),
                new Resource("/stats/detail").on(HttpMethod.GET, STATS_DETAIL, this::detail),
                new Resource("/cluster").on(HttpMethod.GET, CLUSTER, this::cluster));
    }

    private CompletionStage<Answer> index(Request request) {
        return CompletableFuture.completedFuture(Answer.ok(new Index(
                "Weldr Management API",
                version,
                ports.status().status().self().value(),
                List.of(
                        Link.get("servers", "/servers"),
                        new Link("add", "/servers", "POST"),
                        Link.get("stats", "/stats"),
                        Link.get("stats-detail", "/stats/detail"),
                        Link.get("cluster", "/cluster"),
                        Link.get("pools", "/v1/pools"),
                        Link.get("listeners", "/v1/listeners"),
                        Link.get("routes", "/v1/routes"),
                        Link.get("tokens", "/v1/tokens"),
                        Link.get("dashboard", "/ui/"),
                        Link.get("history", "/v1/history"),
                        Link.get("watch", "/v1/watch"),
                        Link.get("openapi", ApiDocument.PATH),
                        Link.get("metrics", "/metrics"),
                        Link.get("live", "/livez"),
                        Link.get("ready", "/readyz"),
                        Link.get("leader", "/leader")))));
    }

    private CompletionStage<Answer> list(Request request) {
        return admin.read(request.consistency()).thenApply(view -> {
            long revision = view.state().revision();
            if (!view.stale() && request.has(Pages.tag(revision))) {
                return Answer.empty(304).tagged(Pages.tag(revision));
            }
            Pool pool = view.state().defaultPool();
            return Answer.ok(new Servers(
                            Pages.entries(pool, view.state()), revision, Pages.staleness(view), SERVERS_LINKS))
                    .tagged(Pages.tag(revision));
        });
    }

    CompletionStage<Answer> add(Request request, PoolName pool) {
        return admin.add(pool, RequestBodies.newOrigin(request.body()), request.mustBeNew(), request.unconditional())
                .thenApply(written -> entry(written, pool));
    }

    /** The answer to a write that left an origin behind. */
    static Answer entry(Written written, PoolName pool) {
        Origin origin = Objects.requireNonNull(written.origin(), "a write of an origin gives an origin");
        boolean created = written.effect() == Effect.CREATED;
        Answer answer = Answer.json(created ? 201 : 200, OriginEntry.of(pool, origin, written))
                .tagged(Pages.tag(origin.modified()));
        String path = pool.equals(PoolName.DEFAULT) ? Link.server(origin) : Link.origin(pool, origin.id());
        return created ? answer.with("Location", path) : answer;
    }

    private CompletionStage<Answer> get(Request request) {
        OriginRef server = request.server(); // a path that names no address is refused without asking for a quorum
        return admin.read(request.consistency())
                .thenApply(view -> entry(PoolName.DEFAULT, view.origin(PoolName.DEFAULT, server), view));
    }

    /**
     * The tag is for {@code If-Match}: it does not move when only the origin's health does. So it cannot answer {@code
     * If-None-Match} with "not modified": the health, which is in the answer too, may be another.
     */
    static Answer entry(PoolName pool, Origin origin, View view) {
        return Answer.ok(OriginEntry.of(pool, origin, view.state(), Pages.staleness(view)))
                .tagged(Pages.tag(origin.modified()));
    }

    private CompletionStage<Answer> remove(Request request) {
        return admin.remove(PoolName.DEFAULT, request.server(), request.ifRevision())
                .thenApply(written -> removed(written, PoolName.DEFAULT, SERVERS_LINKS));
    }

    static Answer removed(Written written, PoolName pool, List<Link> links) {
        Origin origin = Objects.requireNonNull(written.origin(), "a removal gives the origin that was there");
        return Answer.ok(Removed.of(pool, origin, written.revision(), written.applied(), links));
    }

    private CompletionStage<Answer> stats(Request request) {
        return census.take().thenApply(ClusterView::new).thenApply(cluster -> {
            Traffic traffic = cluster.traffic();
            return Answer.ok(new Stats(
                    count(traffic.client()),
                    count(traffic.server()),
                    traffic.origins().stream()
                            .filter(origin -> origin.pool().equals(PoolName.DEFAULT) && origin.ejectedBy() > 0)
                            .map(origin -> origin.id().value())
                            .distinct()
                            .toList(),
                    cluster.missing().stream().map(MemberId::value).toList(),
                    List.of(Link.get("self", "/stats"), Link.get("detail", "/stats/detail"))));
        });
    }

    private CompletionStage<Answer> detail(Request request) {
        return census.take().thenApply(ClusterView::new).thenApply(cluster -> {
            Map<Object, Count> counts = new HashMap<>();
            for (Traffic.OriginTraffic origin : cluster.traffic().origins()) {
                if (origin.pool().equals(PoolName.DEFAULT)) {
                    counts.put(List.of(origin.id(), origin.address()), origin.count());
                }
            }
            List<ServerStats> list = ports.state().get().defaultPool().origins().stream()
                    .map(origin -> serverStats(origin, counts))
                    .toList();
            Answer answer = Answer.ok(list);
            String missing = cluster.missing().stream().map(MemberId::value).collect(Collectors.joining(", "));
            return missing.isEmpty() ? answer : answer.with("Weldr-Missing", missing);
        });
    }

    private static ServerStats serverStats(Origin origin, Map<Object, Count> counts) {
        OriginId id = origin.id();
        HostPort address = origin.url().address();
        Count count = counts.getOrDefault(List.of(id, address), Count.ZERO);
        return new ServerStats(
                id.value(), address.host(), Integer.toString(address.port()), count.success(), count.failed());
    }

    private static CountEntry count(Count count) {
        return new CountEntry(count.success(), count.failed());
    }

    private CompletionStage<Answer> cluster(Request request) {
        return census.take().thenApply(ClusterView::new).thenApply(cluster -> {
            MemberId leader = cluster.leader();
            return Answer.ok(new Cluster(
                    ports.status().status().self().value(),
                    leader == null ? null : leader.value(),
                    cluster.term(),
                    ports.state().get().revision(),
                    ports.state().get().version().number(),
                    Pages.members(cluster, ports.membership().status().change()),
                    List.of(
                            Link.get("self", "/cluster"),
                            Link.get("members", "/v1/cluster/members"),
                            Link.get("history", "/v1/history"))));
        });
    }
}
