package io.weldr.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.listener.ErrorPage;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.listener.ListenerTls;
import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.Balancing;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPolicy;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Network;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.pool.RequestKey;
import io.weldr.core.pool.StatusRange;
import io.weldr.core.route.Route;
import io.weldr.core.route.TestRoutes;
import io.weldr.core.state.Outcome.Effect;
import io.weldr.core.state.Outcome.Refusal;
import io.weldr.core.state.Outcome.Refused;
import io.weldr.core.testkit.SampleCertificates;
import io.weldr.core.token.Role;
import io.weldr.core.token.Token;
import io.weldr.core.token.TokenName;
import io.weldr.core.token.TokenText;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the history keeps of each change, and in which words. */
class HistoryTest extends AppliedCommands {
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
        writeObtainAndRemoveCertificates();
        Token token = Token.named(
                new TokenName("ci"),
                Role.VIEWER,
                new TreeSet<>(),
                TokenText.of(new byte[TokenText.RANDOM_BYTES]).hash(),
                null);
        apply(new Command.PutToken(token, NOW));
        assertThat(lastDetail()).isEqualTo("created, role viewer");
        apply(new Command.RemoveToken(token.name(), null, NOW));
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

    private void writeObtainAndRemoveCertificates() {
        CertificateName name = new CertificateName("shop");
        apply(new Command.PutCertificate(
                Certificate.obtained(name, SampleCertificates.acme("a.test")), Condition.NONE, NOW));
        AcmeOrder failed = new AcmeOrder(null, null, List.of(), 1, NOW, "no answer");
        apply(new Command.RecordAcmeOrder(name, state.revision(), failed, NOW));
        long written = Objects.requireNonNull(state.certificate(name)).stamp().modified();
        apply(new Command.RecordIssued(name, written, SampleCertificates.issued("01", "a.test"), NOW));
        apply(new Command.PutCertificate(SampleCertificates.given("shop", "b.test"), Condition.NONE, NOW));
        Listener secure = Listener.named(new ListenerName("secure"))
                .protocol(Listener.Protocol.HTTPS)
                .address(HostPort.parse("127.0.0.1:9443"))
                .tls(ListenerTls.of(name))
                .build();
        accepted0(apply(new Command.PutListener(secure, Condition.NONE, NOW)), Effect.CREATED);
        ListenerTls asking = new ListenerTls(
                List.of(name),
                null,
                ListenerTls.TlsPolicy.MODERN,
                ListenerTls.ClientCertificates.REQUIRE,
                "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n",
                null,
                null);
        accepted0(
                apply(new Command.PutListener(secure.toBuilder().tls(asking).build(), Condition.NONE, NOW)),
                Effect.UPDATED);
        assertThat(lastDetail())
                .isEqualTo("tls.policy intermediate -> modern, tls.clients none -> require, tls.clientAuthorities unset"
                        + " -> text of 59 characters");
        accepted0(apply(new Command.RemoveListener(secure.name(), null, NOW)), Effect.REMOVED);
        accepted0(apply(new Command.RemoveCertificate(name, null, NOW)), Effect.REMOVED);
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
        Listener bytes = Listener.named(inside)
                .protocol(Listener.Protocol.TCP)
                .address(HostPort.parse("127.0.0.1:9000"))
                .pool(blue)
                .build();
        accepted0(apply(new Command.PutListener(bytes, Condition.NONE, NOW)), Effect.CREATED);
        refused(apply(new Command.RemovePool(blue, null, NOW)), Refusal.IN_USE);
        Listener requests = Listener.named(inside)
                .address(HostPort.parse("127.0.0.1:9001"))
                .trustedPeers(List.of(Network.parse("10.0.0.0/8")))
                .errorPages(new TreeMap<>(Map.of(5, new ErrorPage("text/html", "<p>sorry"))))
                .build();
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
}
