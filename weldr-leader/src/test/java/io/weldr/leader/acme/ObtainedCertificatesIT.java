package io.weldr.leader.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.certificate.AcmeAccount;
import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.AcmeSettings;
import io.weldr.core.certificate.AcmeSettings.Challenge;
import io.weldr.core.certificate.AcmeSettings.ExternalAccount;
import io.weldr.core.certificate.AcmeSettings.KeyType;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.certificate.KeyOwner;
import io.weldr.core.port.Measurement;
import io.weldr.core.state.Command;
import io.weldr.leader.acme.StubAuthority.Answer;
import io.weldr.leader.acme.StubAuthority.Fate;
import io.weldr.testing.TestAuthority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A leader obtains a certificate from an authority on a socket, and renews it. */
class ObtainedCertificatesIT {
    private static TestAuthority vouching;
    private static SSLContext served;
    private static SSLContext trust;
    private TestCluster cluster;
    private StubAuthority authority;

    @BeforeAll
    static void certificates() throws IOException, GeneralSecurityException {
        vouching = new TestAuthority("acme");
        served = vouching.issue("-1d", 10, "dns:localhost").forServer();
        trust = SSLContext.getInstance("TLS");
        trust.init(null, vouching.trust().getTrustManagers(), null);
    }

    @AfterAll
    static void forget() throws IOException {
        vouching.close();
    }

    @BeforeEach
    void start() throws IOException {
        begin();
    }

    private void begin() throws IOException {
        cluster = new TestCluster(trust);
        authority = new StubAuthority(served, (host, token) -> cluster.answer(host, token));
    }

    @AfterEach
    void end() {
        cluster.close();
        authority.close();
    }

    private IssuedChain awaitIssued() {
        await().until(cluster::issued);
        return Objects.requireNonNull(cluster.web().issued());
    }

    private AcmeOrder awaitFailure(int failures) {
        await().until(() -> cluster.order() != null && cluster.order().failures() == failures);
        return Objects.requireNonNull(cluster.order());
    }

    @ParameterizedTest
    @EnumSource(Challenge.class)
    void isObtained(Challenge challenge) {
        cluster.obtain(authority.directory(), challenge);
        cluster.listen();
        AcmeCertificates leader = cluster.elect();
        IssuedChain issued = awaitIssued();
        assertThat(issued.hosts()).containsExactlyInAnyOrderElementsOf(TestCluster.HOSTS);
        assertThat(authority.accounts).hasValue(1);
        assertThat(authority.orders).hasSize(1);
        assertThat(authority.triggers).hasValue(2);
        assertThat(authority.issued).hasValue(1);
        assertThat(leader.measure())
                .contains(new Measurement.Gauge(
                        "certificate_not_after_seconds",
                        "When a certificate expires, as Unix time.",
                        Map.of("certificate", "web"),
                        issued.notAfter().getEpochSecond()));
    }

    @Test
    void anOrderThatIsProvedByTlsWaitsForAListenerAndThatIsNoFailure() {
        cluster.obtain(authority.directory(), Challenge.TLS_ALPN_01);
        cluster.elect();
        await().until(() -> cluster.order() != null);
        assertThat(cluster.order())
                .satisfies(order -> assertThat(order.error()).startsWith("waiting for a listener of protocol https"))
                .satisfies(order -> assertThat(order.failures()).isZero());
        assertThat(authority.requests).isEmpty();
        cluster.listen();
        awaitIssued();
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void hasAKeyOfTheSortThatWasAskedFor(KeyType type) {
        cluster.obtain(new AcmeSettings(
                TestCluster.HOSTS, authority.directory(), "ops@example.com", type, Challenge.HTTP_01, null));
        cluster.elect();
        assertThat(awaitIssued().keyType()).isEqualTo(type.name());
    }

    @Test
    void theAuthorityIsToldOnlyWhenTheMembersHaveTheAnswers() {
        cluster.behind.add("n2: it does not route by the change yet");
        cluster.obtain(authority.directory(), Challenge.HTTP_01);
        cluster.elect();
        await().until(() -> cluster.barriers.size() >= 2);
        assertThat(authority.triggers).hasValue(0);
        long revision = cluster.barriers.get(0);
        assertThat(revision).isEqualTo(cluster.state.get().revision());
        cluster.behind.clear();
        awaitIssued();
        assertThat(authority.triggers).hasValue(2);
    }

    /** Each request to the authority is the last one of a leader: once before it is done, once after. */
    @ParameterizedTest
    @EnumSource(names = {"DROPPED", "DONE_IN_SILENCE"})
    void aLeaderThatIsGoneAtAnyRequestLeavesOneOrderOneAccountAndOneCertificate(Fate fate) throws IOException {
        int steps = 0;
        for (boolean reached = true; reached; steps++) {
            end();
            begin();
            int fatal = steps;
            AtomicInteger seen = new AtomicInteger();
            AtomicBoolean gone = new AtomicBoolean();
            authority.wish = path -> {
                if (seen.getAndIncrement() != fatal) {
                    return Fate.ANSWERED;
                }
                gone.set(true);
                cluster.elect();
                return fate;
            };
            cluster.obtain(authority.directory(), Challenge.HTTP_01);
            cluster.elect();
            awaitIssued();
            reached = gone.get();
            assertOneOfEach("at request " + fatal + " of " + authority.requests);
        }
        assertThat(steps).isGreaterThan(12);
    }

    /** Each commit is the last one of a leader: once before it is in the log, once after. */
    @Test
    void aLeaderThatIsGoneAtAnyCommitLeavesOneOrderOneAccountAndOneCertificate() throws IOException {
        for (boolean committed : new boolean[] {false, true}) {
            int steps = 0;
            for (boolean reached = true; reached; steps++) {
                end();
                begin();
                int fatal = steps;
                AtomicInteger seen = new AtomicInteger();
                AtomicBoolean gone = new AtomicBoolean();
                Predicate<Command> goes = command -> {
                    if (seen.getAndIncrement() != fatal) {
                        return true;
                    }
                    gone.set(true);
                    cluster.elect();
                    return false;
                };
                if (committed) {
                    cluster.after = goes;
                } else {
                    cluster.before = goes;
                }
                cluster.obtain(authority.directory(), Challenge.HTTP_01);
                cluster.elect();
                awaitIssued();
                reached = gone.get();
                assertOneOfEach("at commit " + fatal + ", committed: " + committed);
            }
            assertThat(steps).isEqualTo(4); // the account, the order, the chain, and none
        }
    }

    private void assertOneOfEach(String where) {
        assertThat(authority.accounts).as("accounts, " + where).hasValue(1);
        assertThat(authority.orders).as("orders, " + where).hasSize(1);
        assertThat(authority.issued).as("certificates, " + where).hasValue(1);
        assertThat(cluster.count(Command.RecordAcmeAccount.class))
                .as("account keys, " + where)
                .isEqualTo(1);
        assertThat(cluster.count(Command.RecordIssued.class))
                .as("chains, " + where)
                .isEqualTo(1);
    }

    @Test
    void nothingIsAskedOfAnAuthorityAfterTheEndOfATerm() throws Exception {
        AtomicBoolean gone = new AtomicBoolean();
        AtomicInteger later = new AtomicInteger();
        AcmeCertificates[] leader = new AcmeCertificates[1];
        authority.wish = path -> {
            if (gone.get()) {
                later.incrementAndGet();
            } else if (path.equals("new-order")) {
                leader[0].stop();
                gone.set(true);
            }
            return Fate.ANSWERED;
        };
        cluster.obtain(authority.directory(), Challenge.HTTP_01);
        leader[0] = cluster.elect();
        await().untilTrue(gone);
        cluster.pass(Duration.ofHours(2)); // whatever was planned would be due
        leader[0].close();
        assertThat(later).hasValue(0);
        assertThat(cluster.order()).isNull();
    }

    // ---- failures

    @Test
    void aHostThatIsNotReachedIsToldWithItsPortAndTriedAgainLater() {
        authority.close();
        AtomicBoolean works = new AtomicBoolean();
        try {
            authority = new StubAuthority(
                    served, (host, token) -> works.get() || host.startsWith("a") ? cluster.answer(host, token) : null);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        cluster.obtain(authority.directory(), Challenge.HTTP_01);
        cluster.elect();
        AcmeOrder failed = awaitFailure(1);
        assertThat(failed.url()).isNull();
        assertThat(failed.error())
                .isEqualTo("the authority asked port 80 of b.example.com (HTTP-01) and says: connection: found \"null\""
                        + " at b.example.com");
        assertThat(failed.notBefore())
                .isBetween(
                        cluster.clock.instant().plusSeconds(40),
                        cluster.clock.instant().plusSeconds(70));
        cluster.elect(); // the wait is in the log
        await().pollDelay(Duration.ofMillis(300)).until(() -> authority.orders.size() == 1);
        cluster.pass(Duration.ofSeconds(90));
        AcmeOrder again = awaitFailure(2);
        assertThat(again.notBefore()).isAfter(cluster.clock.instant().plusSeconds(90));
        works.set(true);
        cluster.pass(Duration.ofMinutes(3));
        awaitIssued();
        assertThat(authority.orders).hasSize(3);
        assertThat(authority.accounts).hasValue(1);
    }

    @Test
    void aRateLimitIsKeptTo() {
        authority.instead.put(
                "new-order",
                Answer.problem(429, "rateLimited", "too many certificates", Map.of("Retry-After", "36000")));
        cluster.obtain(authority.directory(), Challenge.HTTP_01);
        cluster.elect();
        AcmeOrder failed = awaitFailure(1);
        assertThat(failed.error()).isEqualTo(authority.directory() + " answers rateLimited: too many certificates");
        assertThat(failed.notBefore())
                .isBetween(
                        cluster.clock.instant().plusSeconds(35_000),
                        cluster.clock.instant().plusSeconds(36_001));
        authority.instead.clear();
        cluster.elect();
        cluster.pass(Duration.ofHours(9));
        await().pollDelay(Duration.ofMillis(300)).until(() -> authority.orders.isEmpty());
        cluster.pass(Duration.ofHours(2));
        awaitIssued();
    }

    @Test
    void anAuthorityThatIsDownForAWhileLosesNoOrder() {
        AtomicBoolean down = new AtomicBoolean();
        authority.wish = path -> {
            if (path.equals("finalize") && !down.get()) {
                down.set(true);
                authority.instead.put("finalize", new Answer(503, "text/html", Map.of("Retry-After", "120"), ""));
                authority.instead.put("order", new Answer(503, "text/html", Map.of("Retry-After", "120"), ""));
            }
            return Fate.ANSWERED;
        };
        cluster.obtain(authority.directory(), Challenge.HTTP_01);
        cluster.elect();
        AcmeOrder failed = awaitFailure(1);
        assertThat(failed.url()).isNotNull();
        assertThat(failed.error()).isEqualTo(authority.directory() + " answers HTTP 503");
        authority.instead.clear();
        cluster.elect();
        cluster.pass(Duration.ofMinutes(3));
        awaitIssued();
        assertThat(authority.orders).hasSize(1);
    }

    @Test
    void answersThatAreTooLargeCompressedOrNonsenseAreRefused() {
        authority.instead.put("directory", new Answer(200, "application/json", Map.of(), "x".repeat(1024 * 1024)));
        cluster.obtain(authority.directory(), Challenge.HTTP_01);
        cluster.elect();
        assertThat(awaitFailure(1).error())
                .isEqualTo(authority.directory() + " cannot be asked: an answer of more than 262144 bytes (expected: at"
                        + " most that)");
        authority.instead.put(
                "directory", new Answer(200, "application/json", Map.of("Content-Encoding", "gzip"), "{}"));
        cluster.pass(Duration.ofHours(8));
        assertThat(awaitFailure(2).error())
                .isEqualTo(authority.directory()
                        + " cannot be asked: an answer with a content coding that was not asked for (expected: none)");
        String deep = "{\"newNonce\":" + "[".repeat(100_000);
        authority.instead.put("directory", new Answer(200, "application/json", Map.of(), deep));
        cluster.pass(Duration.ofHours(8));
        assertThat(awaitFailure(3).error()).startsWith(authority.directory() + " answers what RFC 8555 does not allow");
        String elsewhere = "{\"newNonce\":\"http://169.254.169.254/\",\"newAccount\":\"http://169.254.169.254/\"}";
        authority.instead.put("directory", new Answer(200, "application/json", Map.of(), elsewhere));
        cluster.pass(Duration.ofHours(8));
        assertThat(awaitFailure(4).error())
                .isEqualTo(authority.directory() + " cannot be asked: the authority names \"http://169.254.169.254/\""
                        + " (expected: an https URL of at most 2048 characters)");
        authority.instead.clear();
        cluster.pass(Duration.ofHours(8));
        awaitIssued();
    }

    @Test
    void anAuthorityThatIsNotBelievedIsToldSo() throws GeneralSecurityException, IOException {
        cluster.close();
        cluster = new TestCluster(SSLContext.getDefault());
        cluster.obtain(authority.directory(), Challenge.HTTP_01);
        cluster.elect();
        assertThat(awaitFailure(1).error())
                .startsWith(authority.directory() + " cannot be asked: TLS failed: ")
                .contains("acme-ca-file");
        assertThat(authority.requests).isEmpty();
    }

    @Test
    void anOrderThatTheAuthorityHasForgottenBeginsAnew() {
        AtomicBoolean forgotten = new AtomicBoolean();
        cluster.after = command -> {
            if (command instanceof Command.RecordAcmeOrder && forgotten.compareAndSet(false, true)) {
                authority.orders.clear();
            }
            return true;
        };
        cluster.obtain(authority.directory(), Challenge.HTTP_01);
        cluster.elect();
        AcmeOrder failed = awaitFailure(1);
        assertThat(failed.url()).isNull();
        assertThat(failed.error()).startsWith("the authority does not know the order any more: malformed: no order o");
        cluster.pass(Duration.ofMinutes(2));
        awaitIssued();
    }

    @Test
    void anAuthorityThatAcceptsAndSaysNothingDoesNotHoldUpTheEndOfATerm() throws Exception {
        AtomicInteger waiting = new AtomicInteger();
        CountDownLatch release = new CountDownLatch(1);
        authority.wish = path -> {
            waiting.incrementAndGet();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Fate.DROPPED;
        };
        cluster.obtain(authority.directory(), Challenge.HTTP_01);
        AcmeCertificates leader = cluster.elect();
        await().until(() -> waiting.get() == 1);
        leader.stop();
        authority.wish = path -> Fate.ANSWERED;
        cluster.elect(); // does not wait for the one that hangs
        awaitIssued();
        release.countDown();
    }

    // ---- customers, settings, renewal

    @Test
    void aCustomerOfTheAuthorityHasAnAccount() {
        byte[] hmac = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
        authority.customers = Map.of("kid-1", hmac);
        cluster.obtain(authority.directory(), Challenge.HTTP_01);
        cluster.elect();
        assertThat(awaitFailure(1).error())
                .isEqualTo(authority.directory()
                        + " answers externalAccountRequired: this authority takes its customers only");
        cluster.obtain(
                authority.directory(),
                new ExternalAccount("kid-1", cluster.seal.seal(KeyOwner.externalAccount(TestCluster.WEB), hmac)));
        awaitIssued();
        assertThat(authority.accounts).hasValue(1);
    }

    @Test
    void isRenewedAtTwoThirdsOfItsLife() {
        cluster.obtain(authority.directory(), Challenge.HTTP_01);
        cluster.elect();
        IssuedChain first = awaitIssued();
        cluster.pass(Duration.ofDays(55));
        await().pollDelay(Duration.ofMillis(300)).until(() -> authority.orders.size() == 1);
        cluster.pass(Duration.ofDays(8));
        await().until(() -> authority.issued.get() == 2);
        await().until(() -> !first.sameChain(awaitIssued()));
        assertThat(authority.accounts).hasValue(1);
    }

    @Test
    void isRenewedWhenTheAuthoritySuggestsIt() {
        Instant now = Instant.now();
        authority.renewal = window(now.plusSeconds(86_400), now.plusSeconds(2 * 86_400));
        cluster.obtain(authority.directory(), Challenge.HTTP_01);
        cluster.elect();
        IssuedChain first = awaitIssued();
        await().until(() -> authority.requests.contains("renewal"));
        assertThat(authority.orders).hasSize(1);
        authority.renewal = window(now.minusSeconds(86_400), now.minusSeconds(1)); // the authority has to revoke it
        cluster.pass(Duration.ofHours(7));
        await().until(() -> authority.issued.get() == 2);
        await().until(() -> !first.sameChain(awaitIssued()));
        assertThat(authority.orders.values()).anyMatch(order -> order.replaces != null);
    }

    private static Answer window(Instant start, Instant end) {
        String body = "{\"suggestedWindow\":{\"start\":\"" + start + "\",\"end\":\"" + end + "\"}}";
        return new Answer(200, "application/json", Map.of("Retry-After", "21600"), body);
    }

    @Test
    void renewalInformationThatFailsKeepsNothingFromItsRenewal() {
        authority.renewal = new Answer(500, "text/plain", Map.of(), "");
        cluster.obtain(authority.directory(), Challenge.HTTP_01);
        cluster.elect();
        IssuedChain first = awaitIssued();
        cluster.pass(Duration.ofDays(63));
        await().until(() -> !first.sameChain(awaitIssued()));
    }

    @Test
    void otherHostsAreObtainedAtOnceAndTheOldChainStaysUntilThen() {
        cluster.obtain(authority.directory(), Challenge.HTTP_01);
        cluster.elect();
        IssuedChain first = awaitIssued();
        cluster.obtain(new AcmeSettings(
                List.of("c.example.com"),
                authority.directory(),
                "ops@example.com",
                KeyType.EC_P256,
                Challenge.HTTP_01,
                null));
        assertThat(cluster.web().issued()).isEqualTo(first);
        await().until(() -> !first.sameChain(awaitIssued()));
        assertThat(awaitIssued().hosts()).containsExactly("c.example.com");
    }

    @Test
    void anAccountWhoseKeyCannotBeOpenedIsMadeAnew() {
        cluster.obtain(authority.directory(), Challenge.HTTP_01);
        cluster.apply(new Command.RecordAcmeAccount(
                new AcmeAccount(
                        authority.directory(),
                        new TestSeal("s0").seal(KeyOwner.account(authority.directory()), new byte[10])),
                null,
                cluster.clock.instant()));
        cluster.elect();
        awaitIssued();
        assertThat(cluster.count(Command.RecordAcmeAccount.class)).isEqualTo(2);
    }
}
