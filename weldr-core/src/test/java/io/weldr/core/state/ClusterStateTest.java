package io.weldr.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.listener.ErrorPage;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerLimits;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.Balancing;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPolicy;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Network;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.pool.RequestKey;
import io.weldr.core.pool.Stamp;
import io.weldr.core.pool.StatusRange;
import io.weldr.core.pool.Verdict;
import io.weldr.core.route.Route;
import io.weldr.core.route.TestRoutes;
import io.weldr.core.state.Outcome.Accepted;
import io.weldr.core.state.Outcome.Effect;
import io.weldr.core.state.Outcome.Refusal;
import io.weldr.core.state.Outcome.Refused;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterStateTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private ClusterState state = ClusterState.INITIAL;
    private long index;

    @Test
    void anAddedOriginIsUpAtOnceAndCarriesItsRevision() {
        Origin origin = accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        assertThat(origin.id().value()).isEqualTo("127.0.0.1:1");
        assertThat(origin.state()).isEqualTo("up");
        assertThat(origin.created()).isEqualTo(state.revision()).isEqualTo(index);
        assertThat(state.defaultPool().origins()).containsExactly(origin);
    }

    @Test
    void theSameOriginAgainIsNotASecondEntry() {
        Origin first = accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        long revision = state.revision();
        assertThat(accepted(add("http://127.0.0.1:1"), Effect.UNCHANGED)).isEqualTo(first);
        assertThat(state.revision()).isEqualTo(revision);
    }

    @Test
    void aDifferentOriginAtTheSameAddressOrUnderTheSameIdIsRefused() {
        add("http://127.0.0.1:1");
        refused(add("https://127.0.0.1:1"), Refusal.ALREADY_EXISTS);
        refused(
                add(new OriginSpec(OriginUrl.parse("http://127.0.0.1:1"), null, 7, null, null)),
                Refusal.ALREADY_EXISTS);
        refused(
                add(new OriginSpec(
                        OriginUrl.parse("http://127.0.0.1:2"), new OriginId("127.0.0.1:1"), null, null, null)),
                Refusal.ALREADY_EXISTS);
    }

    @Test
    void mustBeNewRefusesEvenTheSame() {
        add("http://127.0.0.1:1");
        refused(
                apply(new Command.AddOrigin(
                        PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://127.0.0.1:1")), true, NOW)),
                Refusal.PRECONDITION_FAILED);
    }

    @Test
    void theThousandAndTwentyFifthOriginIsRefusedNotThrown() {
        for (int i = 1; i <= Limits.CURRENT.originsMax(); i++) {
            add("http://127.0.0.1:" + i);
        }
        refused(add("http://127.0.0.1:60000"), Refusal.LIMIT_EXCEEDED);
    }

    @Test
    void aVerdictTurnsTheOriginAndOneOnAnOlderGenerationIsRefused() {
        Origin old = accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        Origin down = accepted(verdict(old, false), Effect.UPDATED);
        assertThat(down.state()).isEqualTo("down");
        accepted(verdict(old, false), Effect.UNCHANGED);
        accepted(remove("127.0.0.1:1"), Effect.REMOVED);
        accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        refused(verdict(old, false), Refusal.PRECONDITION_FAILED);
        assertThat(state.defaultPool().origins()).allMatch(Origin::serving);
    }

    @Test
    void aNewUrlIsANewGenerationAndForgetsTheVerdict() {
        Origin old = accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        verdict(old, false);
        Origin moved = accepted(
                update(
                        old,
                        new OriginPatch(OriginUrl.parse("http://127.0.0.1:2"), null, null, null, null, null, false)),
                Effect.UPDATED);
        assertThat(moved.generation()).isGreaterThan(old.generation());
        assertThat(moved.serving()).isTrue();
        assertThat(moved.id()).isEqualTo(old.id());
        refused(verdict(old, false), Refusal.PRECONDITION_FAILED);
    }

    @Test
    void drainingKeepsTheVerdictBehindTheOperatorsWord() {
        Origin origin = accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        Origin draining =
                accepted(update(origin, Command.adminPatch(AdminState.DRAINING, NOW.plusSeconds(30))), Effect.UPDATED);
        assertThat(draining.state()).isEqualTo("draining");
        assertThat(draining.serving()).isFalse();
        verdict(origin, false);
        Origin enabled = accepted(update(origin, Command.adminPatch(AdminState.ENABLED, null)), Effect.UPDATED);
        assertThat(enabled.state()).isEqualTo("down");
    }

    @Test
    void everyChangeIsToldInTheWordsOfTheApi() {
        state = state.apply(new Command.RaiseClusterVersion(ClusterVersion.SUPPORTED, NOW), ++index)
                .next();
        Origin origin = accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        HealthPolicy own = policy("/up", 2);
        Instant later = NOW.plusSeconds(30);
        update(origin, new OriginPatch(null, 9, AdminState.DRAINING, later, HostPolicy.REWRITE, own, false));
        assertThat(lastDetail())
                .isEqualTo("updated, weight 1 -> 9, enabled -> draining until 2026-01-01T00:00:30Z, "
                        + "host preserve -> rewrite, own health policy: path /up, method HEAD, expect 200-299,401, "
                        + "interval 2s, timeout 500ms, failures 3, passes 2, initial down, confirm leader-only");
        update(
                origin,
                new OriginPatch(null, null, AdminState.DRAINING, later.plusSeconds(1), null, policy("/up", 3), false));
        assertThat(lastDetail())
                .isEqualTo("updated, draining until 2026-01-01T00:00:31Z, own health policy: interval 2s -> 3s");
        update(origin, new OriginPatch(null, null, AdminState.MAINTENANCE, null, null, null, true));
        assertThat(lastDetail()).isEqualTo("updated, draining -> maintenance, health policy of the pool");
        apply(new Command.SetHealthPolicy(PoolName.DEFAULT, own, null, NOW));
        assertThat(lastDetail())
                .isEqualTo(
                        "health policy: path / -> /up, method GET -> HEAD, expect 200-299 -> 200-299,401, "
                                + "interval 30s -> 2s, timeout 2s -> 500ms, initial up -> down, confirm majority -> leader-only");
        Outcome outcome = apply(new Command.SetHealthPolicy(PoolName.DEFAULT, own, policy("/", 9), NOW));
        refused(outcome, Refusal.PRECONDITION_FAILED);
        assertThat(((Refused) outcome).detail())
                .contains("is path /up, method HEAD")
                .contains("(expected: path /, method HEAD");
        verdict(state.defaultPool().origins().get(0), false);
        apply(new Command.AnnounceMember(
                new Member(
                        new MemberId("n1"),
                        HostPort.parse("127.0.0.1:1"),
                        HostPort.parse("127.0.0.1:2"),
                        HostPort.parse("127.0.0.1:3"),
                        HostPort.parse("127.0.0.1:4"),
                        "1.0",
                        ClusterVersion.SUPPORTED),
                NOW));
        apply(new Command.RetireMember(new MemberId("n1"), NOW));
        remove("127.0.0.1:1");
        writeAndRemoveResources();
        assertThat(state.history()).extracting(Change::kind).contains(Change.Kind.values());
        assertThat(state.history())
                .allSatisfy(change -> assertThat(change.detail())
                        .as(change.kind().name())
                        .doesNotContain("[", "=", "ENABLED", "DRAINING", "PRESERVE", "REWRITE", "PT"));
    }

    private String lastDetail() {
        return state.history().get(state.history().size() - 1).detail();
    }

    private static HealthPolicy policy(String path, int intervalSeconds) {
        return new HealthPolicy(
                path,
                HealthPolicy.Method.HEAD,
                StatusRange.parseList("200-299,401"),
                Duration.ofSeconds(intervalSeconds),
                Duration.ofMillis(500),
                3,
                2,
                HealthPolicy.Initial.DOWN,
                HealthPolicy.Confirm.LEADER_ONLY);
    }

    private void writeAndRemoveResources() {
        PoolName blue = new PoolName("blue");
        PoolSettings settings = PoolSettings.DEFAULT;
        accepted0(
                apply(new Command.PutPool(blue, HealthPolicy.DEFAULT, settings, Condition.ABSENT, NOW)),
                Effect.CREATED);
        PoolSettings hashed = settings.with(Balancing.hash(RequestKey.CLIENT_ADDRESS));
        accepted0(apply(new Command.PutPool(blue, policy("/up", 3), hashed, Condition.PRESENT, NOW)), Effect.UPDATED);
        assertThat(lastDetail())
                .contains("balancing.algorithm round-robin -> hash", "balancing.key unset -> client-address")
                .contains("health policy: path / -> /up");
        ListenerName inside = new ListenerName("inside");
        Listener bytes = new Listener(
                inside,
                Listener.Protocol.TCP,
                HostPort.parse("127.0.0.1:9000"),
                blue,
                ListenerLimits.UNSET,
                null,
                List.of(),
                new TreeMap<>(),
                Stamp.INITIAL);
        accepted0(apply(new Command.PutListener(bytes, Condition.NONE, NOW)), Effect.CREATED);
        refused(apply(new Command.RemovePool(blue, null, NOW)), Refusal.IN_USE);
        Listener requests = new Listener(
                inside,
                Listener.Protocol.HTTP,
                HostPort.parse("127.0.0.1:9001"),
                null,
                ListenerLimits.UNSET,
                List.of(Network.parse("10.0.0.0/8")),
                List.of(),
                new TreeMap<>(Map.of(5, new ErrorPage("text/html", "<p>sorry"))),
                Stamp.INITIAL);
        accepted0(apply(new Command.PutListener(requests, Condition.NONE, NOW)), Effect.UPDATED);
        Route route = TestRoutes.route("shop", inside, "shop.example.com", "/cart", blue);
        accepted0(apply(new Command.PutRoute(route, Condition.ABSENT, state.routing(), NOW)), Effect.CREATED);
        refused(apply(new Command.RemovePool(blue, null, NOW)), Refusal.IN_USE);
        refused(apply(new Command.RemoveListener(inside, null, NOW)), Refusal.IN_USE);
        Route other = TestRoutes.route("shop", inside, "*.example.com", "/", PoolName.DEFAULT);
        refused(
                apply(new Command.PutRoute(other, Condition.NONE, state.routing() - 1, NOW)),
                Refusal.CHECKED_TOO_EARLY);
        accepted0(apply(new Command.PutRoute(other, Condition.NONE, state.routing(), NOW)), Effect.UPDATED);
        assertThat(lastDetail()).contains("hosts shop.example.com -> *.example.com");
        accepted0(apply(new Command.RemoveRoute(route.name(), null, state.routing(), NOW)), Effect.REMOVED);
        accepted0(apply(new Command.RemoveListener(inside, null, NOW)), Effect.REMOVED);
        accepted0(apply(new Command.RemovePool(blue, null, NOW)), Effect.REMOVED);
    }

    @Test
    void whenADrainBeganIsKnownFromTheHistory() {
        Origin origin = accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        assertThat(since(origin)).isEqualTo(NOW);
        Instant begun = NOW.plusSeconds(60);
        drain(origin, begun);
        verdict(origin, false);
        Origin draining = drain(origin, begun.plusSeconds(10)); // a later deadline is no new drain
        add("http://127.0.0.1:2");
        assertThat(since(draining)).isEqualTo(begun);
        update(origin, Command.adminPatch(AdminState.ENABLED, null));
        Instant again = NOW.plusSeconds(90);
        assertThat(since(drain(origin, again))).isEqualTo(again);
        for (int i = 0; i < ClusterState.CHANGES_MAX; i++) {
            apply(new Command.AddOrigin(
                    PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://127.0.0.1:" + (1000 + i))), false, NOW));
        }
        Instant later = again.plusSeconds(1);
        assertThat(since(drain(origin, later))).as("the first that is kept").isEqualTo(later);
        remove("127.0.0.1:1");
        assertThat(since(accepted(add("http://127.0.0.1:1"), Effect.CREATED))).isEqualTo(NOW);
    }

    private @Nullable Instant since(Origin origin) {
        return state.adminSince(PoolName.DEFAULT, origin);
    }

    private Origin drain(Origin origin, Instant at) {
        return accepted(
                apply(new Command.UpdateOrigin(
                        PoolName.DEFAULT,
                        ref(origin),
                        Command.adminPatch(AdminState.DRAINING, at.plusSeconds(30)),
                        null,
                        at)),
                Effect.UPDATED);
    }

    @Test
    void anUpdateThatExpectsAnotherRevisionIsRefused() {
        Origin origin = accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        OriginPatch heavier = new OriginPatch(null, 9, null, null, null, null, false);
        refused(
                apply(new Command.UpdateOrigin(PoolName.DEFAULT, ref(origin), heavier, origin.modified() + 1, NOW)),
                Refusal.PRECONDITION_FAILED);
        accepted(
                apply(new Command.UpdateOrigin(PoolName.DEFAULT, ref(origin), heavier, origin.modified(), NOW)),
                Effect.UPDATED);
        refused(
                apply(new Command.RemoveOrigin(PoolName.DEFAULT, ref(origin), origin.modified(), NOW)),
                Refusal.PRECONDITION_FAILED);
    }

    @Test
    void ofTwoWhoChangeTheSameHealthPolicyTheSecondIsRefused() {
        HealthPolicy first = slower(60);
        accepted0(
                apply(new Command.SetHealthPolicy(PoolName.DEFAULT, first, HealthPolicy.DEFAULT, NOW)), Effect.UPDATED);
        refused(
                apply(new Command.SetHealthPolicy(PoolName.DEFAULT, slower(90), HealthPolicy.DEFAULT, NOW)),
                Refusal.PRECONDITION_FAILED);
        assertThat(state.defaultPool().health()).isEqualTo(first);
        accepted0(apply(new Command.SetHealthPolicy(PoolName.DEFAULT, slower(90), null, NOW)), Effect.UPDATED);
    }

    private static HealthPolicy slower(int seconds) {
        HealthPolicy base = HealthPolicy.DEFAULT;
        return new HealthPolicy(
                base.path(),
                base.method(),
                base.expected(),
                Duration.ofSeconds(seconds),
                base.timeout(),
                base.failuresToDown(),
                base.passesToUp(),
                base.initial());
    }

    @Test
    void whatIsNotThereIsRefusedByName() {
        refused(remove("127.0.0.1:1"), Refusal.NO_SUCH_ORIGIN);
        refused(
                apply(new Command.SetHealthPolicy(new PoolName("web"), HealthPolicy.DEFAULT, null, NOW)),
                Refusal.NO_SUCH_POOL);
        refused(apply(new Command.RetireMember(new MemberId("n9"), NOW)), Refusal.NO_SUCH_MEMBER);
    }

    @Test
    void membersAnnounceThemselvesOnceAndAgainWhenTheyMoved() {
        accepted0(apply(new Command.AnnounceMember(member("n1", 1), NOW)), Effect.CREATED);
        accepted0(apply(new Command.AnnounceMember(member("n1", 1), NOW)), Effect.UNCHANGED);
        accepted0(apply(new Command.AnnounceMember(member("n1", 9), NOW)), Effect.UPDATED);
        assertThat(state.members()).containsValue(member("n1", 9)).hasSize(1);
        accepted0(apply(new Command.RetireMember(new MemberId("n1"), NOW)), Effect.REMOVED);
    }

    @Test
    void historyIsBounded() {
        raise();
        for (int i = 0; i < ClusterState.CHANGES_MAX * 2; i++) {
            apply(new Command.AnnounceMember(member("n1", 1 + i), NOW));
        }
        assertThat(state.clusterChanges()).hasSize(ClusterState.CHANGES_MAX);
        assertThat(state.clusterChanges().get(ClusterState.CHANGES_MAX - 1).revision())
                .isEqualTo(state.revision());
    }

    @Test
    void theClusterVersionOnlyRises() {
        Member silent = member("n1", 1);
        Member before = new Member(
                silent.id(), silent.raft(), silent.admin(), silent.grpc(), null, "0", ClusterVersion.INITIAL);
        apply(new Command.AnnounceMember(before, NOW));
        accepted0(raise(), Effect.UPDATED);
        assertThat(state.members().get(silent.id()))
                .extracting(Member::supports)
                .as("what the leader has seen")
                .isEqualTo(ClusterVersion.HEALTH_APART);
        assertThat(state.version()).isEqualTo(ClusterVersion.HEALTH_APART);
        accepted0(raise(), Effect.UNCHANGED);
        accepted0(apply(new Command.RaiseClusterVersion(ClusterVersion.INITIAL, NOW)), Effect.UNCHANGED);
        assertThat(state.version()).isEqualTo(ClusterVersion.HEALTH_APART);
    }

    @Test
    void aVerdictLeavesTheRevisionOfTheOperatorAlone() {
        raise();
        Origin origin = accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        Origin down = accepted(verdict(origin, false), Effect.UPDATED);
        assertThat(down.modified()).isEqualTo(origin.modified());
        assertThat(state.revision()).isGreaterThan(origin.modified());
        OriginPatch heavier = new OriginPatch(null, 9, null, null, null, null, false);
        accepted(
                apply(new Command.UpdateOrigin(PoolName.DEFAULT, ref(origin), heavier, origin.modified(), NOW)),
                Effect.UPDATED);
    }

    /** Logs that were written before go on to mean what they meant: members apply them at different times. */
    @Test
    void underTheFirstVersionAVerdictMovesTheRevision() {
        Origin origin = accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        Origin down = accepted(verdict(origin, false), Effect.UPDATED);
        assertThat(down.modified()).isEqualTo(state.revision());
        assertThat(state.operatorChanges()).hasSize(2);
        assertThat(state.clusterChanges()).isEmpty();
    }

    @Test
    void changesOfTheClusterPushNoneOfAnOperatorOut() {
        raise();
        Origin origin = accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        long added = state.revision();
        for (int i = 0; i < 2 * ClusterState.CHANGES_MAX; i++) {
            verdict(origin, i % 2 == 1);
        }
        assertThat(state.operatorChanges()).extracting(Change::kind).containsExactly(Change.Kind.ORIGIN_ADDED);
        assertThat(state.history()).hasSize(1 + ClusterState.CHANGES_MAX).isSortedAccordingTo(comparing());
        assertThat(state.history().get(0).revision()).isEqualTo(added);
        // Who goes on from there has missed verdicts.
        assertThat(state.keepsChangesAfter(added)).isFalse();
        long recent = state.revision() - 3;
        assertThat(state.keepsChangesAfter(recent)).isTrue();
        assertThat(state.firstChangeAfter(recent)).extracting(Change::revision).isEqualTo(recent + 1);
        assertThat(state.firstChangeAfter(0)).extracting(Change::revision).isEqualTo(added);
        assertThat(state.firstChangeAfter(state.revision())).isNull();
    }

    private static Comparator<Change> comparing() {
        return Comparator.comparingLong(Change::revision);
    }

    private Outcome raise() {
        return apply(new Command.RaiseClusterVersion(ClusterVersion.HEALTH_APART, NOW));
    }

    @Test
    void theLimitsOfTheEntryDecide() {
        Limits one = new Limits(1, 1);
        index++;
        state = state.apply(
                        new Command.AddOrigin(
                                PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://a:1")), false, NOW),
                        index,
                        one)
                .next();
        index++;
        Command second =
                new Command.AddOrigin(PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://a:2")), false, NOW);
        refused(state.apply(second, index, one).outcome(), Refusal.LIMIT_EXCEEDED);
        accepted0(state.apply(second, index, Limits.INITIAL).outcome(), Effect.CREATED);
    }

    /** What became of thousands of commands is kept, in memory and in every snapshot. */
    @Test
    void aRefusalDoesNotNameHundredsOfPools() {
        state = state.apply(new Command.RaiseClusterVersion(ClusterVersion.SUPPORTED, NOW), ++index)
                .next();
        for (int i = 0; i < 200; i++) {
            PoolName name = new PoolName("a-name-as-long-as-it-may-be-".concat("x".repeat(30)) + i);
            apply(new Command.PutPool(name, HealthPolicy.DEFAULT, PoolSettings.DEFAULT, Condition.ABSENT, NOW));
        }
        PoolName nowhere = new PoolName("nowhere");
        for (Command command : List.of(
                new Command.RemovePool(nowhere, null, NOW),
                new Command.AddOrigin(nowhere, OriginSpec.of(OriginUrl.parse("http://a:1")), false, NOW))) {
            Outcome outcome = apply(command);
            refused(outcome, Refusal.NO_SUCH_POOL);
            assertThat(((Refused) outcome).detail()).hasSizeLessThan(1000).endsWith(", …)");
        }
    }

    /** Each listener has a table of all routes that name none. */
    @Test
    void aListenerThatMultipliesTheRoutesBeyondTheLimitIsRefused() {
        state = state.apply(new Command.RaiseClusterVersion(ClusterVersion.SUPPORTED, NOW), ++index)
                .next();
        Limits limits = new Limits(1024, 16, 256, 4096, 64, 16_384, 10);
        for (int i = 0; i < 3; i++) {
            Route some = TestRoutes.route("r" + i, ListenerName.DEFAULT, "r" + i + ".test", "/", PoolName.DEFAULT);
            Route everywhere = TestRoutes.everywhere(some);
            accepted0(apply(new Command.PutRoute(everywhere, Condition.NONE, state.routing(), NOW)), Effect.CREATED);
        }
        // 3 on each listener, and the route default on the listener default: 4, 7, 10, 13.
        accepted0(put(listener("a", 1, Listener.Protocol.HTTP), limits), Effect.CREATED);
        accepted0(put(listener("b", 2, Listener.Protocol.HTTP), limits), Effect.CREATED);
        Outcome third = put(listener("c", 3, Listener.Protocol.HTTP), limits);
        refused(third, Refusal.LIMIT_EXCEEDED);
        assertThat(((Refused) third).detail())
                .isEqualTo("with listener c, the routes of all listeners have 13 pairs of host and match "
                        + "(expected: at most 10, by routes that name their listeners, or by fewer hosts)");
        accepted0(put(listener("c", 3, Listener.Protocol.TCP), limits), Effect.CREATED);
        refused(put(listener("c", 3, Listener.Protocol.HTTP), limits), Refusal.LIMIT_EXCEEDED);
        Limits fewer = new Limits(1024, 16, 256, 4096, 64, 16_384, 1);
        accepted0(put(listener("b", 4, Listener.Protocol.HTTP), fewer), Effect.UPDATED);
    }

    private Outcome put(Listener listener, Limits limits) {
        Transition transition = state.apply(new Command.PutListener(listener, Condition.NONE, NOW), ++index, limits);
        state = transition.next();
        return transition.outcome();
    }

    private static Listener listener(String name, int port, Listener.Protocol protocol) {
        return new Listener(
                new ListenerName(name),
                protocol,
                HostPort.parse("127.0.0.1:" + port),
                protocol == Listener.Protocol.TCP ? PoolName.DEFAULT : null,
                ListenerLimits.UNSET,
                null,
                List.of(),
                new TreeMap<>(),
                Stamp.INITIAL);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyRowOfCommandsKeepsTheInvariantsAndReplaysToTheSameState(long seed) {
        Random random = new Random(seed);
        List<Command> commands = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            Command command = randomCommand(random);
            commands.add(command);
            ClusterState before = state;
            Outcome outcome = apply(command);
            boolean changed = outcome instanceof Accepted accepted && accepted.effect() != Effect.UNCHANGED;
            assertThat(!state.equals(before))
                    .as("seed %d, command %d: %s -> %s", seed, i, command, outcome)
                    .isEqualTo(changed);
            assertThat(state.revision()).isEqualTo(changed ? index : before.revision());
            for (Origin origin : state.defaultPool().origins()) {
                assertThat(origin.created()).isLessThanOrEqualTo(origin.generation());
                assertThat(origin.generation()).isLessThanOrEqualTo(origin.modified());
                assertThat(origin.modified()).isLessThanOrEqualTo(state.revision());
            }
        }
        ClusterState replayed = ClusterState.INITIAL;
        for (int i = 0; i < commands.size(); i++) {
            replayed = replayed.apply(commands.get(i), i + 1).next();
        }
        assertThat(replayed).isEqualTo(state);
    }

    private Command randomCommand(Random random) {
        OriginUrl url = OriginUrl.parse(
                (random.nextInt(8) == 0 ? "https" : "http") + "://127.0.0.1:" + (1 + random.nextInt(12)));
        OriginRef ref = random.nextBoolean()
                ? new OriginRef.ByAddress(url.address())
                : new OriginRef.ById(OriginId.of(new HostPort("127.0.0.1", 1 + random.nextInt(12))));
        Long expected = random.nextInt(4) == 0 ? (Long) (index - random.nextInt(5)) : null;
        PoolName pool = random.nextInt(20) == 0 ? new PoolName("web") : PoolName.DEFAULT;
        return switch (random.nextInt(8)) {
            case 0, 1 ->
                new Command.AddOrigin(
                        pool,
                        new OriginSpec(url, null, random.nextBoolean() ? null : random.nextInt(101), null, null),
                        random.nextInt(5) == 0,
                        NOW);
            case 2 -> new Command.RemoveOrigin(pool, ref, expected, NOW);
            case 3 ->
                new Command.UpdateOrigin(
                        pool,
                        ref,
                        new OriginPatch(
                                random.nextInt(3) == 0 ? url : null,
                                random.nextBoolean() ? null : random.nextInt(101),
                                null,
                                null,
                                random.nextBoolean() ? null : HostPolicy.REWRITE,
                                null,
                                random.nextBoolean()),
                        expected,
                        NOW);
            case 4 ->
                new Command.UpdateOrigin(
                        pool,
                        ref,
                        random.nextBoolean()
                                ? Command.adminPatch(AdminState.DRAINING, NOW)
                                : Command.adminPatch(AdminState.MAINTENANCE, null),
                        expected,
                        NOW);
            case 5 ->
                new Command.RecordVerdict(
                        pool,
                        OriginId.of(url.address()),
                        Math.max(0, index - random.nextInt(30)),
                        new Verdict(random.nextBoolean(), NOW, "random"),
                        NOW);
            case 6 -> new Command.RaiseClusterVersion(new ClusterVersion(random.nextInt(40) == 0 ? 1 : 0), NOW);
            default -> new Command.AnnounceMember(member("n" + random.nextInt(20), 1 + random.nextInt(3)), NOW);
        };
    }

    private Outcome add(String url) {
        return add(OriginSpec.of(OriginUrl.parse(url)));
    }

    private Outcome add(OriginSpec spec) {
        return apply(new Command.AddOrigin(PoolName.DEFAULT, spec, false, NOW));
    }

    private Outcome remove(String address) {
        return apply(new Command.RemoveOrigin(
                PoolName.DEFAULT, new OriginRef.ByAddress(HostPort.parse(address)), null, NOW));
    }

    private Outcome update(Origin origin, OriginPatch patch) {
        return apply(new Command.UpdateOrigin(PoolName.DEFAULT, ref(origin), patch, null, NOW));
    }

    private Outcome verdict(Origin origin, boolean up) {
        return apply(new Command.RecordVerdict(
                PoolName.DEFAULT, origin.id(), origin.generation(), new Verdict(up, NOW, "probe"), NOW));
    }

    private Outcome apply(Command command) {
        Transition transition = state.apply(command, ++index);
        state = transition.next();
        return transition.outcome();
    }

    private static OriginRef ref(Origin origin) {
        return new OriginRef.ById(origin.id());
    }

    private static Member member(String id, int port) {
        HostPort address = new HostPort("127.0.0.1", port);
        return new Member(new MemberId(id), address, address, address, address, "test", ClusterVersion.SUPPORTED);
    }

    private static void accepted0(Outcome outcome, Effect effect) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Accepted.class,
                        accepted -> assertThat(accepted.effect()).isEqualTo(effect));
    }

    private static Origin accepted(Outcome outcome, Effect effect) {
        accepted0(outcome, effect);
        Origin origin = ((Accepted) outcome).origin();
        assertThat(origin).isNotNull();
        return java.util.Objects.requireNonNull(origin);
    }

    private static void refused(Outcome outcome, Refusal refusal) {
        assertThat(outcome).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.refusal()).isEqualTo(refusal);
            assertThat(refused.detail()).isNotBlank();
        });
    }
}
