package io.weldr.api.http;

import io.vertx.core.http.HttpMethod;
import io.weldr.api.admin.AdminPorts;
import io.weldr.api.admin.ListenerReport;
import io.weldr.api.admin.MemberReport;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.api.json.Answers;
import io.weldr.api.json.Answers.Probe;
import io.weldr.core.port.ClusterStatus;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What other programs ask every second: {@code /livez}, {@code /readyz}, {@code /leader}, {@code /metrics}. All from
 * memory.
 */
final class ProbeRoutes {
    private static final Description LIVE = Description.read(
                    "Live", "Whether the process answers and the event loops of its proxy run", Shape.json(Probe.class))
            .withoutCall()
            .refuses(ProblemType.NOT_LIVE);
    private static final Description READY = Description.read(
                    "Ready", "Whether clients may be sent to this node", Shape.json(Probe.class))
            .refuses(ProblemType.NOT_READY);
    private static final Description LEADER = Description.read(
                    "Leader", "Whether this node is the acting leader", Shape.json(Probe.class))
            .withoutCall()
            .refuses(ProblemType.NOT_LEADER);
    private static final Description METRICS = Description.read(
                    "Metrics",
                    "Metrics, in the text format of Prometheus or, if asked for, in OpenMetrics",
                    Shape.text("text/plain", "application/openmetrics-text"))
            .withoutCall();

    private final AdminPorts ports;
    private final Metrics metrics;

    ProbeRoutes(AdminPorts ports, Metrics metrics) {
        this.ports = ports;
        this.metrics = metrics;
    }

    List<Resource> resources() {
        return List.of(
                new Resource("/livez")
                        .on(HttpMethod.GET, LIVE, this::live, "verbose")
                        .watched(),
                new Resource("/readyz")
                        .on(HttpMethod.GET, READY, this::ready, "verbose")
                        .watched(),
                new Resource("/leader")
                        .on(HttpMethod.GET, LEADER, this::leader, "verbose")
                        .watched(),
                new Resource("/metrics").on(HttpMethod.GET, METRICS, this::metrics));
    }

    private CompletionStage<Answer> live(Request request) {
        String stuck = ports.stuck().get();
        if (stuck != null) {
            throw Problem.of(ProblemType.NOT_LIVE, stuck, "all workers of the proxy run")
                    .exception();
        }
        return answer(probe("live", request.query("verbose") != null, null));
    }

    private CompletionStage<Answer> ready(Request request) {
        List<String> reasons = ports.unready().get();
        if (!reasons.isEmpty()) {
            Problem problem = new Problem(
                    ProblemType.NOT_READY,
                    String.join("; ", reasons),
                    reasons.size() + (reasons.size() == 1 ? " reason" : " reasons"),
                    "listeners up, state loaded and up to date, disk writable");
            boolean verbose = request.query("verbose") != null;
            return CompletableFuture.completedFuture(
                    Answer.of(problem, verbose ? ports.status().status().trouble() : null));
        }
        return answer(probe("ready", request.query("verbose") != null, reasons));
    }

    private CompletionStage<Answer> leader(Request request) {
        ClusterStatus status = ports.status().status();
        if (!status.acting()) {
            MemberId leader = status.leader();
            String knows = leader == null
                    ? ", and knows of no leader"
                    : leader.equals(status.self())
                            ? ", but does not act: it cannot prove its leadership at this moment"
                            : ", and takes " + leader + " for the leader";
            throw Problem.of(
                            ProblemType.NOT_LEADER,
                            status.self() + " is " + Answers.word(status.role()) + knows,
                            "the acting leader")
                    .exception();
        }
        return answer(probe("leader", request.query("verbose") != null, null));
    }

    private Probe probe(String word, boolean verbose, @Nullable List<String> reasons) {
        ClusterStatus status = ports.status().status();
        MemberId leader = status.leader();
        Member self = ports.self().get();
        return verbose
                ? new Probe(
                        word,
                        status.self().value(),
                        Answers.word(status.role()),
                        status.term(),
                        ports.state().get().revision(),
                        status.appliedIndex(),
                        leader == null ? null : leader.value(),
                        status.trouble(),
                        (self != null && self.witness()) ? true : null,
                        reasons == null ? null : unbound(),
                        reasons == null ? null : unloaded(),
                        reasons == null ? null : ports.certificates().tlsLibrary(),
                        reasons)
                : new Probe(
                        word, status.self().value(), null, null, null, null, null, null, null, null, null, null, null);
    }

    /** Of all listeners of the cluster one that is not bound makes no node unready: the others serve. Null: none. */
    private @Nullable List<String> unbound() {
        List<String> unbound = ListenerReport.of(ports.listeners()).unbound().stream()
                .map(line -> line + "; the node is ready all the same")
                .toList();
        return unbound.isEmpty() ? null : unbound;
    }

    /** The same of certificates. */
    private @Nullable List<String> unloaded() {
        List<String> unloaded = MemberReport.unloaded(ports.certificates().certificateConditions()).stream()
                .map(line -> line + "; the node is ready all the same")
                .toList();
        return unloaded.isEmpty() ? null : unloaded;
    }

    private CompletionStage<Answer> metrics(Request request) {
        Metrics.Scrape scrape = metrics.scrape(request.fields("Accept"));
        return CompletableFuture.completedFuture(Answer.text(200, scrape.contentType(), scrape.text()));
    }

    private static CompletionStage<Answer> answer(Probe probe) {
        return CompletableFuture.completedFuture(Answer.ok(probe));
    }
}
