package io.weldr.core.state;

import static io.weldr.core.testkit.SampleCertificates.acme;
import static io.weldr.core.testkit.SampleCertificates.given;
import static io.weldr.core.testkit.SampleCertificates.issued;
import static io.weldr.core.testkit.SampleCertificates.sealed;
import static io.weldr.core.testkit.SampleCertificates.sealedAnew;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.certificate.AcmeAccount;
import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.AcmeSettings;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.listener.ListenerTls;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginTlsPolicy;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.route.Route;
import io.weldr.core.route.TestRoutes;
import io.weldr.core.state.Outcome.Effect;
import io.weldr.core.state.Outcome.Refusal;
import io.weldr.core.state.Outcome.Refused;
import io.weldr.core.testkit.SampleCertificates;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Certificates that operators write, and those that an authority issues. */
class CertificateCommandsTest extends AppliedCommands {
    private static final CertificateName SHOP = new CertificateName("shop");
    private static final ListenerName EDGE = new ListenerName("edge");

    @BeforeEach
    void raiseToTls() {
        apply(new Command.RaiseClusterVersion(ClusterVersion.TLS, NOW));
    }

    private Outcome put(Certificate certificate) {
        return put(certificate, Condition.NONE);
    }

    private Outcome put(Certificate certificate, Condition condition) {
        return apply(new Command.PutCertificate(certificate, condition, NOW));
    }

    private Certificate shop() {
        return Objects.requireNonNull(state.certificate(SHOP));
    }

    private Outcome order(long written, @Nullable AcmeOrder order) {
        return apply(new Command.RecordAcmeOrder(SHOP, written, order, NOW));
    }

    private Outcome issue(IssuedChain chain) {
        return apply(new Command.RecordIssued(SHOP, shop().stamp().modified(), chain, NOW));
    }

    private static AcmeOrder underWay() {
        return new AcmeOrder(
                "https://acme.test/order/1",
                sealed("key to come"),
                List.of(new AcmeOrder.Answer("a.test", AcmeSettings.Challenge.HTTP_01, "token", "token.print")),
                0,
                NOW,
                null);
    }

    private static AcmeSettings byAnotherAuthority(AcmeSettings like) {
        return new AcmeSettings(
                like.hosts(), "https://other.test/dir", like.email(), like.keyType(), like.challenge(), null);
    }

    private Listener listener(String... certificates) {
        return Listener.named(EDGE)
                .protocol(Listener.Protocol.HTTPS)
                .address(HostPort.parse("127.0.0.1:8443"))
                .tls(ListenerTls.of(
                        List.of(certificates).stream().map(CertificateName::new).toArray(CertificateName[]::new)))
                .build();
    }

    private Outcome putListener(String... certificates) {
        return apply(new Command.PutListener(listener(certificates), Condition.NONE, NOW));
    }

    private String lastDetail() {
        return state.history().get(state.history().size() - 1).detail();
    }

    // ---- by operators

    @Test
    void theSameChainChangesNothingAlthoughItsKeyIsSealedAnew() {
        accepted0(put(given("shop", "a.test"), Condition.ABSENT), Effect.CREATED);
        assertThat(lastDetail()).isEqualTo("created, for a.test, serial 01 until 2026-04-01T00:00:00Z");
        long written = shop().stamp().modified();
        IssuedChain again = sealedAnew(issued("01", "a.test"), "another nonce");
        accepted0(put(Certificate.given(SHOP, again)), Effect.UNCHANGED);
        accepted0(put(Certificate.given(SHOP, again), Condition.ABSENT_OR_SAME), Effect.UNCHANGED);
        assertThat(shop().stamp().modified()).isEqualTo(written);

        refused(put(Certificate.given(SHOP, issued("02", "a.test")), Condition.ABSENT_OR_SAME), Refusal.ALREADY_EXISTS);
        refused(
                put(Certificate.given(SHOP, issued("02", "a.test")), new Condition.At(written - 1)),
                Refusal.PRECONDITION_FAILED);
        accepted0(put(Certificate.given(SHOP, issued("02", "b.test")), new Condition.At(written)), Effect.UPDATED);
        assertThat(lastDetail())
                .isEqualTo("serial 01 until 2026-04-01T00:00:00Z -> for b.test, serial 02 until 2026-04-01T00:00:00Z");
        assertThat(shop().stamp().modified()).isEqualTo(index);
    }

    @Test
    void thereAreOnlySoManyCertificates() {
        Limits one = new Limits(1024, 16, 256, 4096, 64, 16_384, 262_144, 1, 1024);
        accepted0(put(given("shop", "a.test")), Effect.CREATED);
        Command second = new Command.PutCertificate(given("b", "b.test"), Condition.NONE, NOW);
        Outcome outcome = state.apply(second, ++index, one).outcome();
        refused(outcome, Refusal.LIMIT_EXCEEDED);
        assertThat(((Refused) outcome).detail()).isEqualTo("there are 1 certificates (expected: at most 1)");
        Command replaced =
                new Command.PutCertificate(Certificate.given(SHOP, issued("02", "a.test")), Condition.NONE, NOW);
        accepted0(state.apply(replaced, ++index, one).outcome(), Effect.UPDATED);
    }

    @Test
    void beforeItsClusterVersionThereIsNoCertificate() {
        state = ClusterState.INITIAL;
        apply(new Command.RaiseClusterVersion(ClusterVersion.RESOURCES, NOW));
        refused(put(given("shop", "a.test")), Refusal.INVALID);
        refused(putListener("shop"), Refusal.INVALID);
        assertThat(state.certificates()).isEmpty();
    }

    @Test
    void whatIsWrittenIsEitherAChainOrHowAnAuthorityIssuesIt() {
        Certificate both = Certificate.obtained(SHOP, acme("a.test")).renewed(issued("01", "a.test"));
        assertThatThrownBy(() -> new Command.PutCertificate(both, Condition.NONE, NOW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("either a chain and its private key, or how an authority issues it");
    }

    @Test
    void aCertificateThatAListenerOrAPoolNamesStays() {
        put(given("shop", "a.test"));
        put(Certificate.obtained(new CertificateName("later"), acme("later.test")));
        Outcome missing = putListener("shop", "none");
        refused(missing, Refusal.INVALID);
        assertThat(((Refused) missing).detail())
                .isEqualTo("tls.certificates[1]: there is no certificate none (expected: one of later, shop)");
        accepted0(putListener("shop", "later"), Effect.CREATED);
        Outcome named = apply(new Command.RemoveCertificate(SHOP, null, NOW));
        refused(named, Refusal.IN_USE);
        assertThat(((Refused) named).detail()).startsWith("listener edge names certificate shop (expected: ");
        accepted0(putListener("later"), Effect.UPDATED);

        OriginTlsPolicy shown = new OriginTlsPolicy(null, null, SHOP, false);
        accepted0(putPool(shown), Effect.CREATED);
        Outcome used = apply(new Command.RemoveCertificate(SHOP, null, NOW));
        refused(used, Refusal.IN_USE);
        assertThat(((Refused) used).detail()).startsWith("pool blue names certificate shop");
        accepted0(putPool(OriginTlsPolicy.DEFAULT), Effect.UPDATED);
        refused(apply(new Command.RemoveCertificate(SHOP, 1L, NOW)), Refusal.PRECONDITION_FAILED);
        accepted0(apply(new Command.RemoveCertificate(SHOP, shop().stamp().modified(), NOW)), Effect.REMOVED);
        refused(apply(new Command.RemoveCertificate(SHOP, null, NOW)), Refusal.NO_SUCH_CERTIFICATE);
        Outcome gone = putPool(shown);
        refused(gone, Refusal.INVALID);
        assertThat(((Refused) gone).detail())
                .isEqualTo("tls.clientCertificate: there is no certificate shop (expected: one of later)");
    }

    private Outcome putPool(OriginTlsPolicy tls) {
        PoolSettings settings = PoolSettings.builder().tls(tls).build();
        return apply(new Command.PutPool(new PoolName("blue"), HealthPolicy.DEFAULT, settings, Condition.NONE, NOW));
    }

    @Test
    void theFirstOneThatIsMissingIsSaidPlainly() {
        Outcome none = putListener("shop");
        refused(none, Refusal.INVALID);
        assertThat(((Refused) none).detail())
                .isEqualTo("tls.certificates[0]: there is no certificate shop (expected: a certificate that was made"
                        + " before; there is none yet)");
    }

    /** A route that was checked meanwhile must not be refused because of it. */
    @Test
    void noCommandOnACertificateGetsInTheWayOfAChangeOfRoutes() {
        long checked = state.routing();
        put(Certificate.obtained(SHOP, acme("a.test")));
        order(shop().stamp().modified(), underWay());
        issue(issued("01", "a.test"));
        apply(new Command.RecordAcmeAccount(
                new AcmeAccount(SampleCertificates.DIRECTORY, sealed("account")), null, NOW));
        apply(new Command.RemoveCertificate(SHOP, null, NOW));
        Route route = TestRoutes.route("r", ListenerName.DEFAULT, "a.test", "/", PoolName.DEFAULT);
        accepted0(apply(new Command.PutRoute(route, Condition.NONE, checked, NOW)), Effect.CREATED);
    }

    // ---- by the leader

    @Test
    void anOrderIsFollowedToItsCertificate() {
        put(Certificate.obtained(SHOP, acme("a.test", "b.test")));
        assertThat(lastDetail())
                .isEqualTo("created, to be obtained for a.test b.test from " + SampleCertificates.DIRECTORY);
        long written = shop().stamp().modified();
        int told = state.history().size();
        accepted0(order(written, underWay()), Effect.UPDATED);
        assertThat(shop().order()).isEqualTo(underWay());
        assertThat(state.revision()).isEqualTo(index);
        accepted0(order(written, underWay()), Effect.UNCHANGED);
        assertThat(state.history()).as("steps are no history").hasSize(told);

        accepted0(issue(issued("01", "a.test", "b.test")), Effect.UPDATED);
        assertThat(shop().order()).isNull();
        assertThat(shop().stamp().modified()).as("is the operator's alone").isEqualTo(written);
        assertThat(lastDetail()).isEqualTo("issued for a.test b.test, serial 01 until 2026-04-01T00:00:00Z");
        assertThat(state.clusterChanges()).extracting(Change::kind).endsWith(Change.Kind.CERTIFICATE_ISSUED);
        accepted0(issue(issued("01", "a.test", "b.test")), Effect.UNCHANGED);
        accepted0(issue(issued("02", "a.test", "b.test")), Effect.UPDATED);
        assertThat(lastDetail()).startsWith("renewed for a.test b.test, serial 02");
    }

    @Test
    void anOrderThatFailsIsToldInOneLineAndTriedAgainLater() {
        put(Certificate.obtained(SHOP, acme("a.test")));
        Instant later = NOW.plusSeconds(60);
        AcmeOrder failed = new AcmeOrder(null, null, List.of(), 1, later, "a.test does\nnot answer " + "x".repeat(900));
        accepted0(order(shop().stamp().modified(), failed), Effect.UPDATED);
        assertThat(lastDetail())
                .startsWith("order failed, not again before 2026-01-01T00:01:00Z: a.test does not answer xx")
                .endsWith("x…")
                .hasSizeLessThan(500);
        assertThat(state.clusterChanges()).extracting(Change::kind).endsWith(Change.Kind.CERTIFICATE_ORDER_FAILED);
        assertThat(shop().order()).isEqualTo(failed);
    }

    @Test
    void whatTheLeaderSawBeforeAnOperatorWroteIsRefused() {
        put(Certificate.obtained(SHOP, acme("a.test")));
        long seen = shop().stamp().modified();
        order(seen, underWay());
        accepted0(put(Certificate.obtained(SHOP, acme("c.test"))), Effect.UPDATED);
        assertThat(lastDetail()).isEqualTo("hosts a.test -> c.test");
        assertThat(shop().order()).as("is dropped").isNull();
        refused(order(seen, underWay()), Refusal.PRECONDITION_FAILED);
        refused(apply(new Command.RecordIssued(SHOP, seen, issued("01", "a.test"), NOW)), Refusal.PRECONDITION_FAILED);

        put(given("shop", "a.test"));
        long given = shop().stamp().modified();
        refused(order(given, underWay()), Refusal.PRECONDITION_FAILED);
        refused(apply(new Command.RecordIssued(SHOP, given, issued("02", "a.test"), NOW)), Refusal.PRECONDITION_FAILED);

        apply(new Command.RemoveCertificate(SHOP, null, NOW));
        put(Certificate.obtained(SHOP, acme("a.test")));
        refused(order(seen, underWay()), Refusal.PRECONDITION_FAILED);
    }

    @Test
    void whatIsPresentedStaysUntilAnotherOneIsIssued() {
        put(given("shop", "a.test"));
        accepted0(put(Certificate.obtained(SHOP, acme("a.test"))), Effect.UPDATED);
        assertThat(shop().issued()).isEqualTo(issued("01", "a.test"));
        assertThat(shop().superseded()).as("an operator gave it").isTrue();
        issue(issued("02", "a.test"));
        assertThat(shop().superseded()).isFalse();

        AcmeSettings now = acme("a.test");
        AcmeSettings toAnother = new AcmeSettings(
                now.hosts(), now.directory(), "other@example.com", now.keyType(), now.challenge(), null);
        put(Certificate.obtained(SHOP, toAnother));
        assertThat(shop().superseded()).as("the same can be issued").isFalse();
        put(Certificate.obtained(SHOP, byAnotherAuthority(now)));
        assertThat(shop().superseded()).isTrue();
        put(Certificate.obtained(
                SHOP,
                new AcmeSettings(now.hosts(), "https://other.test/dir", "x@y", now.keyType(), now.challenge(), null)));
        assertThat(shop().superseded()).as("it still is").isTrue();
        assertThat(shop().issued()).isEqualTo(issued("02", "a.test"));
        accepted0(put(given("shop", "a.test")), Effect.UPDATED);
        assertThat(shop()).isEqualTo(given("shop", "a.test").with(shop().stamp()));
    }

    /** When the secret of the cluster is replaced, the leader seals all keys anew. */
    @Test
    void aKeyIsSealedAnewWithoutAWord() {
        put(given("shop", "a.test"));
        int told = state.history().size();
        IssuedChain anew = sealedAnew(issued("01", "a.test"), "by another secret");
        accepted0(issue(anew), Effect.UPDATED);
        assertThat(shop().issued()).isEqualTo(anew);
        assertThat(state.history()).hasSize(told);
        accepted0(issue(anew), Effect.UNCHANGED);
    }

    @Test
    void thereIsOneAccountForEachAuthorityThatIsNeeded() {
        AcmeAccount first = new AcmeAccount(SampleCertificates.DIRECTORY, sealed("first"));
        AcmeAccount second = new AcmeAccount(SampleCertificates.DIRECTORY, sealed("second"));
        refused(account(first, null), Refusal.PRECONDITION_FAILED);
        put(Certificate.obtained(SHOP, acme("a.test")));
        accepted0(account(first, null), Effect.CREATED);
        accepted0(account(first, null), Effect.UNCHANGED);
        refused(account(second, null), Refusal.PRECONDITION_FAILED);
        accepted0(account(second, first), Effect.UPDATED);
        assertThat(state.accounts().values()).containsExactly(second);

        put(Certificate.obtained(SHOP, byAnotherAuthority(acme("a.test"))));
        AcmeAccount elsewhere = new AcmeAccount("https://other.test/dir", sealed("third"));
        accepted0(account(elsewhere, null), Effect.CREATED);
        assertThat(state.accounts().values()).as("nothing needs the other one").containsExactly(elsewhere);
    }

    private Outcome account(AcmeAccount account, @Nullable AcmeAccount replaces) {
        return apply(new Command.RecordAcmeAccount(account, replaces == null ? null : replaces.key(), NOW));
    }

    @Test
    void onlyWritesAreAnOperators() {
        assertThat(new Command.RecordAcmeOrder(SHOP, 1, null, NOW).byOperator()).isFalse();
        assertThat(new Command.RecordIssued(SHOP, 1, issued("01", "a.test"), NOW).byOperator())
                .isFalse();
        assertThat(new Command.RecordAcmeAccount(new AcmeAccount(SampleCertificates.DIRECTORY, sealed("k")), null, NOW)
                        .byOperator())
                .isFalse();
        assertThat(new Command.RemoveCertificate(SHOP, null, NOW).byOperator()).isTrue();
    }
}
