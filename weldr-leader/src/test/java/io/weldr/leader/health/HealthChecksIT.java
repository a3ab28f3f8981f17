package io.weldr.leader.health;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.StatusRange;
import io.weldr.core.port.CommandGateway;
import io.weldr.core.port.Committed;
import io.weldr.core.port.KeySeal;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.ProbeLink;
import io.weldr.core.port.ProbeQuestion;
import io.weldr.core.port.Published;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.OriginSpec;
import io.weldr.core.state.Transition;
import io.weldr.testserver.TestServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HealthChecksIT {
    /** A log of one node in memory. */
    private static final class Log implements CommandGateway {
        final Published<ClusterState> state = new Published<>(ClusterState.INITIAL);
        private long index;

        @Override
        public synchronized CompletionStage<Committed> submit(RequestId id, Command command, @Nullable Attribution by) {
            Transition transition = state.get().apply(command, ++index);
            state.publish(transition.next());
            return CompletableFuture.completedFuture(new Committed(index, transition.outcome()));
        }

        @Override
        public CompletionStage<ClusterState> linearizable() {
            return CompletableFuture.completedFuture(state.get());
        }

        @Override
        public CompletionStage<ClusterState> applied(long upTo) {
            return CompletableFuture.completedFuture(state.get());
        }
    }

    /** Three of these in a row are no answer only if nobody answers: a machine under load stalls for less. */
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private static final MemberId SELF = new MemberId("n1");
    private static final ProbeLink NOBODY = (to, question, deadline) -> new CompletableFuture<>();
    private static final CompletionStage<Boolean> STAYS = CompletableFuture.completedFuture(false);

    private final Log log = new Log();
    private final TestServer origin = TestServer.start();
    private HealthChecks checks;

    @BeforeEach
    void make() throws Exception {
        checks = new HealthChecks(
                log.state,
                log,
                new Random(1),
                TestNames.PLATFORM,
                null,
                KeySeal.NONE,
                SELF,
                NOBODY,
                heir -> STAYS,
                "test");
        var policy = new HealthPolicy(
                "/health",
                HealthPolicy.Method.GET,
                List.of(new StatusRange(200, 299)),
                INTERVAL,
                INTERVAL,
                3,
                2,
                HealthPolicy.Initial.UP);
        var spec = new OriginSpec(OriginUrl.parse(origin.url()), null, null, null, policy);
        log.submit(new RequestId("add"), new Command.AddOrigin(PoolName.DEFAULT, spec, true, Instant.now()));
    }

    @AfterEach
    void end() {
        checks.close();
        origin.close();
    }

    private boolean up() {
        return log.state.get().defaultPool().origins().get(0).verdict().up();
    }

    private String reason() {
        return log.state.get().defaultPool().origins().get(0).verdict().reason();
    }

    private double measured(String name) {
        return checks.measure().stream()
                .filter(one -> one.name().equals(name))
                .mapToDouble(one -> one instanceof Measurement.Counter counter
                        ? counter.value()
                        : ((Measurement.Gauge) one).value())
                .sum();
    }

    @Test
    void anOriginGoesDownComesBackIsStoppedAndStartedAgain() {
        checks.start(1);
        origin.healthy(false);
        await().until(() -> !up());
        assertThat(reason()).isEqualTo("status 503 (expected 200-299)");
        origin.healthy(true);
        await().until(this::up);
        assertThat(reason()).isEqualTo("status 200");
        origin.close();
        await().until(() -> !up());
        assertThat(reason()).isEqualTo("connect refused");
        try (TestServer again = TestServer.start(TestServer.Options.defaults().port(origin.port()))) {
            await().until(this::up);
            assertThat(again.received().probes("/health")).isGreaterThanOrEqualTo(2);
        }
        assertThat(log.state.get().history()).hasSize(5); // added, and four turns: nothing else enters the log
    }

    @Test
    void nobodyIsProbedBeforeTheStartNorAfterTheStop() {
        assertThat(origin.received().requests()).isZero();
        checks.start(1);
        await().until(() -> origin.received().probes("/health") >= 3);
        checks.stop();
        await().until(() ->
                measured("health_origins_watched") == 0 && origin.received().openConnections() == 0);
        long probes = origin.received().probes();
        await().during(INTERVAL.multipliedBy(2)).until(() -> origin.received().probes() == probes);
        checks.start(2);
        await().until(() -> origin.received().probes() >= probes + 3);
        assertThat(measured("health_probes_sent")).isGreaterThanOrEqualTo(6);
        assertThat(measured("health_verdicts_submitted")).isZero();
    }

    @Test
    void oneOfManyHangsAndAllOthersAreGone() throws Exception {
        var policy = new HealthPolicy(
                "/hang",
                HealthPolicy.Method.GET,
                List.of(new StatusRange(200, 299)),
                INTERVAL,
                INTERVAL,
                3,
                2,
                HealthPolicy.Initial.UP);
        for (int i = 1; i <= 100; i++) {
            // 127.0.0.0/8 is one machine: as many addresses of it as one likes. One hangs, the others refuse
            var url = OriginUrl.parse("http://127.0.1." + i + ":" + origin.port());
            var spec = new OriginSpec(url, null, null, null, policy);
            log.submit(new RequestId("add" + i), new Command.AddOrigin(PoolName.DEFAULT, spec, true, Instant.now()));
        }
        try (TestServer wide = TestServer.start(TestServer.Options.defaults()
                .address(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 1, 1}), origin.port())))) {
            checks.start(1);
            await().until(() -> log.state.get().defaultPool().origins().stream()
                            .filter(one -> !one.verdict().up())
                            .count()
                    == 100);
            assertThat(up()).isTrue();
            assertThat(wide.received().probes("/hang")).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void anOriginThatOnlyTheLeaderCannotReachStaysUpUntilTheOthersCannotEither() throws Exception {
        MemberId heir = new MemberId("n2");
        List<MemberId> heirs = new CopyOnWriteArrayList<>();
        HostPort nowhere = new HostPort("127.0.0.1", 1);
        log.submit(
                new RequestId("n2"),
                new Command.AnnounceMember(
                        new Member(heir, nowhere, nowhere, nowhere, nowhere, "test", ClusterVersion.SUPPORTED),
                        Instant.now()));
        try (HealthChecks other = new HealthChecks(
                        log.state,
                        log,
                        new Random(2),
                        TestNames.PLATFORM,
                        null,
                        KeySeal.NONE,
                        heir,
                        NOBODY,
                        id -> STAYS,
                        "test");
                HealthChecks leader = new HealthChecks(
                        log.state,
                        log,
                        new Random(3),
                        TestNames.PLATFORM,
                        null,
                        KeySeal.NONE,
                        SELF,
                        (to, question, deadline) -> other.probe(question),
                        id -> {
                            heirs.add(id);
                            return STAYS;
                        },
                        "test")) {
            origin.healthyFor(head -> !head.contains("(n1)"));
            leader.start(1);
            await().until(() -> !heirs.isEmpty());
            assertThat(heirs).containsOnly(heir);
            assertThat(up()).isTrue();

            origin.healthyFor(head -> false);
            await().until(() -> !up());
            assertThat(reason()).isEqualTo("status 503 (expected 200-299); down for n2");
            long asked = origin.received().probes();
            assertThat(other.measure())
                    .anyMatch(one -> one instanceof Measurement.Counter counter
                            && counter.name().equals("health_probes_for_others")
                            && counter.value() > 0);
            assertThat(asked).isPositive();

            ProbeQuestion stale = new ProbeQuestion(PoolName.DEFAULT, id(), generation() + 1);
            assertThatThrownBy(
                            () -> other.probe(stale).toCompletableFuture().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                    .hasMessageContaining("does not know generation");
        }
    }

    private OriginId id() {
        return log.state.get().defaultPool().origins().get(0).id();
    }

    private long generation() {
        return log.state.get().defaultPool().origins().get(0).generation();
    }
}
