package io.weldr.api.http;

import io.vertx.core.http.HttpMethod;
import io.weldr.api.admin.Admin;
import io.weldr.api.admin.AdminPorts;
import io.weldr.api.admin.HealthDraft;
import io.weldr.api.admin.HistoryPage;
import io.weldr.api.admin.LeaderProbes;
import io.weldr.api.admin.OriginDraft;
import io.weldr.api.admin.SampleQuestion;
import io.weldr.api.admin.Samples;
import io.weldr.api.admin.View;
import io.weldr.api.admin.WriteOptions;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.api.http.Description.Trait;
import io.weldr.api.json.Answers;
import io.weldr.api.json.Answers.AppliedEntry;
import io.weldr.api.json.Answers.ChangeEntry;
import io.weldr.api.json.Answers.HealthAnswer;
import io.weldr.api.json.Answers.History;
import io.weldr.api.json.Answers.OriginEntry;
import io.weldr.api.json.Answers.Origins;
import io.weldr.api.json.Answers.Probes;
import io.weldr.api.json.ExplainAnswer;
import io.weldr.api.json.Link;
import io.weldr.api.json.RequestBodies;
import io.weldr.api.json.SampleAnswers;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.route.RouteTest.SampleRequest;
import io.weldr.core.state.Change;
import io.weldr.core.state.OriginRef;
import io.weldr.core.token.Role;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The full API below {@code /v1} beside that of {@link ResourceRoutes}: the origins of pools by id, their health
 * policy, history.
 */
final class V1Routes {
    private static final Description LIST_ORIGINS = Description.read(
                    "ListOrigins", "The origins of a pool", Shape.json(Origins.class))
            .with(Trait.TAGGED, Trait.REVALIDATED, Trait.IF_MATCH)
            .refuses(ProblemType.NO_SUCH_POOL);
    private static final Description ADD_ORIGIN = ServerRoutes.ADD.refuses(ProblemType.NO_SUCH_POOL);
    private static final Description GET_ORIGIN = ServerRoutes.GET.refuses(ProblemType.NO_SUCH_POOL);
    private static final Description REPLACE_ORIGIN = writeOrigin(
                    "ReplaceOrigin",
                    "Set all members of an origin, with defaults for those that the body lacks",
                    Shape.Body.ORIGIN)
            .call("UpdateOrigin");
    private static final Description UPDATE_ORIGIN =
            writeOrigin("UpdateOrigin", "Change a part of an origin", Shape.Body.ORIGIN_PATCH);
    private static final Description REMOVE_ORIGIN = ServerRoutes.REMOVE.refuses(ProblemType.NO_SUCH_POOL);
    private static final Description LIST_PROBES = Description.read(
                    "ListProbes", "The leader's last probe of each origin of a pool", Shape.json(Probes.class))
            .refuses(ProblemType.NO_SUCH_POOL);
    private static final Description GET_HEALTH = Description.read(
                    "GetHealthPolicy", "The health policy of a pool", Shape.json(HealthAnswer.class))
            .with(Trait.TAGGED, Trait.REVALIDATED, Trait.IF_MATCH)
            .refuses(ProblemType.NO_SUCH_POOL);
    private static final Description REPLACE_HEALTH = writeHealth(
                    "ReplaceHealthPolicy",
                    "Set the whole health policy of a pool, with defaults for what the body lacks",
                    Shape.Body.HEALTH_POLICY)
            .call("SetHealthPolicy");
    private static final Description SET_HEALTH = writeHealth(
            "SetHealthPolicy", "Change a part of the health policy of a pool", Shape.Body.HEALTH_POLICY_PATCH);
    private static final Description SAMPLES = Description.read(
                    "Samples",
                    "What each member measures of its traffic: now, and over the last hour",
                    Shape.json(SampleAnswers.class))
            .refuses(ProblemType.NO_SUCH_POOL);
    private static final Description EXPLAIN = Description.read(
                    "Explain", "Where a request would go, and why", Shape.json(ExplainAnswer.class))
            .refuses(ProblemType.NO_SUCH_LISTENER);
    private static final Description HISTORY =
            Description.read("History", "The latest changes, a page at a time", Shape.json(History.class));

    private final Admin admin;
    private final AdminPorts ports;
    private final LeaderProbes probes;
    private final Samples samples;
    private final ServerRoutes servers;

    V1Routes(Admin admin, AdminPorts ports, LeaderProbes probes, Samples samples, ServerRoutes servers) {
        this.samples = samples;
        this.admin = admin;
        this.ports = ports;
        this.probes = probes;
        this.servers = servers;
    }

    List<Resource> resources() {
        return List.of(
                new Resource("/v1/pools/:pool/origins")
                        .on(HttpMethod.GET, LIST_ORIGINS, this::origins, "consistency")
                        .on(
                                HttpMethod.POST,
                                Role.OPERATOR,
                                ADD_ORIGIN,
                                request -> servers.add(request, request.pool()),
                                "wait"),
                new Resource("/v1/pools/:pool/origins/:id")
                        .on(HttpMethod.GET, GET_ORIGIN, this::origin, "consistency")
                        .on(HttpMethod.PUT, Role.OPERATOR, REPLACE_ORIGIN, this::replaceOrigin, "wait")
                        .on(HttpMethod.PATCH, Role.OPERATOR, UPDATE_ORIGIN, this::updateOrigin, "wait")
                        .on(HttpMethod.DELETE, Role.OPERATOR, REMOVE_ORIGIN, this::removeOrigin, "wait"),
                new Resource("/v1/pools/:pool/probes").on(HttpMethod.GET, LIST_PROBES, this::probes),
                new Resource("/v1/pools/:pool/health")
                        .on(HttpMethod.GET, GET_HEALTH, this::health, "consistency")
                        .on(
                                HttpMethod.PUT,
                                REPLACE_HEALTH,
                                request -> setHealth(request, before -> HealthPolicy.DEFAULT),
                                "wait")
                        .on(HttpMethod.PATCH, SET_HEALTH, request -> setHealth(request, before -> before), "wait"),
                new Resource(SampleAnswers.PATH).on(HttpMethod.GET, SAMPLES, this::samples, "pool", "series", "after"),
                new Resource("/v1/explain")
                        .on(
                                HttpMethod.GET,
                                EXPLAIN,
                                this::explain,
                                "method",
                                "url",
                                "header",
                                "client",
                                "listener",
                                "consistency"),
                new Resource("/v1/history")
                        .on(
                                HttpMethod.GET,
                                HISTORY,
                                this::history,
                                "consistency",
                                "after",
                                "before",
                                "limit",
                                "by",
                                "kind",
                                "name"));
    }

    private static Description writeOrigin(String id, String summary, Shape body) {
        return Description.write(id, summary, body, Shape.json(OriginEntry.class))
                .with(Trait.TAGGED, Trait.IF_MATCH)
                .refuses(
                        ProblemType.NO_SUCH_POOL,
                        ProblemType.NO_SUCH_ORIGIN,
                        ProblemType.ALREADY_EXISTS,
                        ProblemType.OWN_ADDRESS,
                        ProblemType.INVALID_TOGETHER);
    }

    private static Description writeHealth(String id, String summary, Shape body) {
        return Description.write(id, summary, body, Shape.json(HealthAnswer.class))
                .with(Trait.TAGGED, Trait.IF_MATCH)
                .refuses(ProblemType.NO_SUCH_POOL, ProblemType.INVALID_TOGETHER);
    }

    private CompletionStage<Answer> origins(Request request) {
        PoolName name = request.pool();
        return admin.read(request.consistency()).thenApply(view -> {
            String tag = Pages.tag(view.state().revision());
            if (!view.stale() && request.has(tag)) {
                return Answer.empty(304).tagged(tag);
            }
            return Answer.ok(new Origins(
                            Pages.entries(view.pool(name), view.state()),
                            view.state().revision(),
                            Pages.staleness(view),
                            originsLinks(name)))
                    .tagged(tag);
        });
    }

    private static List<Link> originsLinks(PoolName pool) {
        String path = Link.pool(pool) + "/origins";
        return List.of(
                Link.get("self", path),
                new Link("add", path, "POST"),
                Link.get("probes", Link.pool(pool) + "/probes"),
                Link.get("pool", Link.pool(pool)));
    }

    private CompletionStage<Answer> origin(Request request) {
        PoolName pool = request.pool();
        OriginRef ref = new OriginRef.ById(request.originId());
        return admin.read(request.consistency())
                .thenApply(view -> ServerRoutes.entry(pool, view.origin(pool, ref), view));
    }

    private CompletionStage<Answer> replaceOrigin(Request request) {
        PoolName pool = request.pool();
        OriginId id = request.originId();
        OriginDraft draft =
                RequestBodies.wholeOrigin(request.body(), id, ports.clock().instant());
        WriteOptions options = request.ifRevision();
        return admin.replace(pool, new OriginRef.ById(id), draft, options)
                .thenApply(written -> ServerRoutes.entry(written, pool));
    }

    private CompletionStage<Answer> updateOrigin(Request request) {
        PoolName pool = request.pool();
        OriginRef ref = new OriginRef.ById(request.originId());
        OriginDraft draft =
                RequestBodies.originPatch(request.body(), ports.clock().instant());
        return admin.update(pool, ref, draft, request.ifRevision())
                .thenApply(written -> ServerRoutes.entry(written, pool));
    }

    private CompletionStage<Answer> removeOrigin(Request request) {
        PoolName pool = request.pool();
        return admin.remove(pool, new OriginRef.ById(request.originId()), request.ifRevision())
                .thenApply(written -> ServerRoutes.removed(written, pool, originsLinks(pool)));
    }

    private CompletionStage<Answer> probes(Request request) {
        PoolName pool = request.pool();
        String path = Link.pool(pool);
        return probes.of(pool)
                .thenApply(report -> Answer.ok(Probes.of(
                        report,
                        List.of(
                                Link.get("self", path + "/probes"),
                                Link.get("origins", path + "/origins"),
                                Link.get("health", path + "/health")))));
    }

    private CompletionStage<Answer> health(Request request) {
        PoolName name = request.pool();
        return admin.read(request.consistency()).thenApply(view -> {
            HealthPolicy policy = view.pool(name).health();
            String tag = Pages.tag(policy);
            if (!view.stale() && request.has(tag)) {
                return Answer.empty(304).tagged(tag);
            }
            return health(name, policy, view.state().revision(), view, null);
        });
    }

    private CompletionStage<Answer> setHealth(Request request, Function<HealthPolicy, HealthPolicy> base) {
        PoolName name = request.pool();
        HealthDraft draft = RequestBodies.health(request.body());
        List<String> expected = request.ifMatch();
        WriteOptions options = request.checkedByHandler();
        Function<HealthPolicy, @Nullable Problem> unless = before -> {
            String tag = Pages.tag(before);
            return expected == null || expected.contains(tag)
                    ? null
                    : Problem.of(ProblemType.PRECONDITION_FAILED, "the policy's ETag is " + tag, "one of " + expected);
        };
        return admin.setHealth(name, draft, base, unless, options)
                .thenApply(written -> health(
                        name,
                        Objects.requireNonNull(written.health(), "a write of a policy gives a policy"),
                        written.revision(),
                        null,
                        AppliedEntry.of(written.applied())));
    }

    private static Answer health(
            PoolName name,
            HealthPolicy policy,
            long revision,
            @Nullable View view,
            @Nullable List<AppliedEntry> applied) {
        String path = Link.pool(name) + "/health";
        return Answer.ok(new HealthAnswer(
                        name.value(),
                        Answers.policy(policy),
                        revision,
                        view == null ? null : Pages.staleness(view),
                        applied,
                        List.of(
                                Link.get("self", path),
                                new Link("update", path, "PATCH"),
                                Link.get("pool", Link.pool(name)))))
                .tagged(Pages.tag(policy));
    }

    private CompletionStage<Answer> samples(Request request) {
        String series = request.queryChoice("series", List.of("none", "all"));
        Long after = request.queryNumber("after", 0, Long.MAX_VALUE);
        SampleQuestion question =
                new SampleQuestion(!"none".equals(series), request.queryPool("pool"), after == null ? 0 : after);
        return samples.all(question).thenApply(members -> Answer.ok(SampleAnswers.of(members)));
    }

    private CompletionStage<Answer> explain(Request request) {
        SampleRequest sample = request.sample();
        ListenerName listener = request.listener();
        return admin.read(request.consistency())
                .thenApply(view ->
                        Answer.ok(ExplainAnswer.of(admin.explain(view, listener, sample), Pages.staleness(view))));
    }

    private CompletionStage<Answer> history(Request request) {
        Long size = request.queryNumber("limit", 1, HistoryPage.SIZE_MAX);
        String by = request.queryChoice("by", List.of("operator", "cluster"));
        HistoryPage.Query query = new HistoryPage.Query(
                request.queryNumber("after", 0, Long.MAX_VALUE),
                request.queryNumber("before", 0, Long.MAX_VALUE),
                size == null ? null : size.intValue(),
                by == null ? null : by.equals("operator"),
                request.changes());
        String asked = others(request);
        return admin.read(request.consistency()).thenApply(view -> {
            HistoryPage page = HistoryPage.of(view.state(), query);
            List<Link> links = new ArrayList<>(List.of(Link.get("self", "/v1/history")));
            if (page.older()) {
                links.add(Link.get(
                        "older", "/v1/history?before=" + page.changes().get(0).revision() + asked));
            }
            if (page.newer()) {
                Change last = page.changes().get(page.changes().size() - 1);
                links.add(Link.get("newer", "/v1/history?after=" + last.revision() + asked));
            }
            links.add(Link.get("watch", "/v1/watch"));
            return Answer.ok(new History(
                    page.changes().stream().map(ChangeEntry::of).toList(),
                    view.state().revision(),
                    Pages.staleness(view),
                    List.copyOf(links)));
        });
    }

    /** What a link to the next page repeats. */
    private static String others(Request request) {
        StringBuilder asked = new StringBuilder();
        for (String name : List.of("consistency", "limit", "by", "kind", "name")) {
            String value = request.query(name);
            if (value != null) {
                asked.append('&').append(name).append('=').append(URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        }
        return asked.toString();
    }
}
