package io.weldr.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.AcmeSettings;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.certificate.Sealed;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.CertificateCondition;
import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.port.ClusterStatus.Voter;
import io.weldr.core.port.Finding;
import io.weldr.core.port.Finding.Severity;
import io.weldr.core.port.ListenerCondition;
import io.weldr.core.port.NodeFacts;
import io.weldr.core.port.Traffic;
import io.weldr.core.port.VirtualIpStatus;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteAction;
import io.weldr.core.route.RouteName;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each check that compares members or looks at the state finds what is wrong, and is quiet about what is not. */
class FindingsTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final MemberId N1 = new MemberId("n1");
    private static final MemberId N2 = new MemberId("n2");
    private static final List<Voter> VOTERS = IntStream.rangeClosed(1, 3)
            .mapToObj(i -> new Voter(new MemberId("n" + i), new HostPort("10.0.0." + i, 9687)))
            .toList();

    private static MemberChecks checks(String id, Map<String, String> settings, Finding... findings) {
        return new MemberChecks(
                new MemberId(id), NOW, NOW, List.of(), new NodeFacts(new TreeMap<>(settings), List.of(findings)));
    }

    private static Finding only(List<Finding> findings) {
        assertThat(findings).hasSize(1);
        assertThat(findings.get(0).remedy()).isNotEmpty();
        return findings.get(0);
    }

    // ---- settings

    private static List<Finding> settings(String key, @Nullable String... values) {
        List<MemberChecks> members = IntStream.range(0, values.length)
                .mapToObj(i -> {
                    String value = values[i];
                    return checks("n" + (i + 1), value == null ? Map.of() : Map.of(key, value));
                })
                .toList();
        return SettingFindings.of(members, VOTERS);
    }

    @Test
    void aSettingThatDiffersIsToldWithWhoHasWhat() {
        assertThat(settings("election-timeout", "500ms-1s", "500ms-1s", "500ms-1s"))
                .isEmpty();
        Finding differs = only(settings("election-timeout", "500ms-1s", "1s-2s", "500ms-1s"));
        assertThat(differs.severity()).isEqualTo(Severity.WARNING);
        assertThat(differs.check()).isEqualTo("settings");
        assertThat(differs.node()).isNull();
        assertThat(differs.found()).isEqualTo("election-timeout differs: 1s-2s on n2; 500ms-1s on n1, n3");
        // A witness does not tell what it does not use.
        assertThat(settings("vip-addresses", "10.0.0.9/24", null, "10.0.0.9/24"))
                .isEmpty();
    }

    @Test
    void peersThatAreNoVotersAreTold() {
        String all = "n1=10.0.0.1:9687,n2=10.0.0.2:9687,n3=10.0.0.3:9687";
        assertThat(settings("peers", all, all, null)).isEmpty();
        assertThat(settings("peers", all.replace("10.0.0.3", "three.example")))
                .as("a name may stand for the address")
                .isEmpty();
        assertThat(only(settings("peers", all.replace("10.0.0.3", "10.0.0.7"))).found())
                .startsWith("peers names n3=10.0.0.7:9687");
        Finding stale = only(settings("peers", all, all.replace("n3=10.0.0.3", "n0=10.0.0.7")));
        assertThat(stale.check()).isEqualTo("peers");
        assertThat(stale.node()).isEqualTo(N2);
        assertThat(stale.found()).startsWith("peers names n0=10.0.0.7:9687, and the voters are n1=10.0.0.1:9687");
    }

    @Test
    void aSecretThatIsHalfReplacedIsTold() {
        assertThat(settings("secret-file", "aaaa0000", "aaaa0000", "aaaa0000")).isEmpty();
        assertThat(settings("secret-file", null, null)).isEmpty();
        Finding half = only(settings("secret-file", "aaaa0000", "aaaa0000,bbbb0000", "aaaa0000"));
        assertThat(half.severity()).isEqualTo(Severity.WARNING);
        assertThat(half.found()).contains("half done", "aaaa0000 on n1, n3", "aaaa0000,bbbb0000 on n2");
        Finding swapped = only(settings("secret-file", "aaaa0000,bbbb0000", "bbbb0000,aaaa0000"));
        assertThat(swapped.found()).contains("half done");
        Finding late = only(settings("secret-file", "bbbb0000,aaaa0000", "bbbb0000,aaaa0000"));
        assertThat(late.found()).contains("two secrets");
    }

    @Test
    void membersWithDifferentSecretsAndOneWithoutAreTold() {
        Finding strangers = only(settings("secret-file", "aaaa0000", "cccc0000"));
        assertThat(strangers.severity()).isEqualTo(Severity.CRITICAL);
        assertThat(strangers.found()).contains("do not accept each other");
        Finding without = only(settings("secret-file", "aaaa0000", null));
        assertThat(without.found()).contains("n2 has none");
    }

    // ---- members

    private static Diagnosis.Patient patient(
            String id, String version, @Nullable ClockOffset clock, @Nullable String missing) {
        return new Diagnosis.Patient(new MemberId(id), version, clock, missing);
    }

    private static List<Finding> members(Diagnosis.Patient... members) {
        return MemberFindings.of(List.of(members), List.of(), List.of());
    }

    @Test
    void aMemberThatDoesNotAnswerIsTold() {
        Finding missing = only(members(patient("n2", "1", null, "no answer in time")));
        assertThat(missing.severity()).isEqualTo(Severity.CRITICAL);
        assertThat(missing.check()).isEqualTo("unreachable");
        assertThat(missing.node()).isEqualTo(N2);
        assertThat(missing.found()).contains("no answer in time");
    }

    @Test
    void aClockThatIsSurelyWrongIsToldWithItsBound() {
        Duration ahead = Duration.ofMillis(1200);
        assertThat(members(patient("n1", "1", new ClockOffset(Duration.ofMillis(900), Duration.ofMillis(2)), null)))
                .isEmpty();
        assertThat(members(patient("n1", "1", new ClockOffset(ahead, Duration.ofMillis(300)), null)))
                .as("it may be the time that the answer took")
                .isEmpty();
        Finding wrong = only(members(patient("n1", "1", new ClockOffset(ahead, Duration.ofMillis(3)), null)));
        assertThat(wrong.check()).isEqualTo("clock");
        assertThat(wrong.found()).contains("1200 ms ahead", "within 3 ms");
        Finding behind =
                only(members(patient("n1", "1", new ClockOffset(ahead.negated(), Duration.ofMillis(3)), null)));
        assertThat(behind.found()).contains("1200 ms behind");
    }

    @Test
    void theOffsetOfAClockDoesNotCountTheTimeThatItsMemberThought() {
        // Asked at 0 s, on its way for 10 ms, thought about for 1 s, and on its way back for 30 ms; 5 s ahead.
        ClockOffset offset = ClockOffset.of(NOW, Duration.ofMillis(1040), NOW.plusMillis(5010), NOW.plusMillis(6010));
        assertThat(offset.ahead()).isEqualTo(Duration.ofMillis(4990));
        assertThat(offset.error()).isEqualTo(Duration.ofMillis(21));
        assertThat(offset.ahead().minusSeconds(5).abs()).isLessThanOrEqualTo(offset.error());
        ClockOffset own = ClockOffset.of(NOW, Duration.ZERO, NOW, NOW);
        assertThat(own.ahead()).isZero();
    }

    @Test
    void differentVersionsAreTold() {
        Finding versions = only(members(patient("n1", "0.2", null, null), patient("n2", "0.1", null, null)));
        assertThat(versions.check()).isEqualTo("versions");
        assertThat(versions.found()).isEqualTo("members run different versions: 0.1 on n2; 0.2 on n1");
    }

    @Test
    void aMemberThatIsNotReadyIsTold() {
        MemberChecks starting = new MemberChecks(N1, NOW, NOW, List.of("the node is starting"), NodeFacts.NONE);
        Finding unready = only(MemberFindings.of(List.of(), List.of(starting), List.of()));
        assertThat(unready.check()).isEqualTo("not-ready");
        assertThat(unready.found()).contains("the node is starting");
    }

    private static Census.Line line(
            String id,
            boolean acting,
            @Nullable ListenerReport listeners,
            @Nullable List<CertificateCondition> certificates,
            @Nullable String trouble,
            @Nullable VirtualIpStatus virtualIp) {
        MemberId self = new MemberId(id);
        MemberReport report = new MemberReport(
                self,
                acting ? Role.LEADER : Role.FOLLOWER,
                acting,
                3,
                null,
                10,
                10,
                1L,
                null,
                listeners,
                certificates,
                null,
                Map.of(),
                trouble,
                virtualIp,
                Traffic.NONE);
        return new Census.Line(self, null, true, false, report, null);
    }

    private static List<Finding> lines(Census.Line... lines) {
        return MemberFindings.of(List.of(), List.of(), List.of(lines));
    }

    @Test
    void aListenerThatIsNotBoundIsToldWithTheReasonAndWhoHasThePort() {
        ListenerCondition.State[] states = {ListenerCondition.State.RETRYING, ListenerCondition.State.NOT_ALLOWED};
        for (ListenerCondition.State state : states) {
            ListenerCondition condition = new ListenerCondition(
                    new ListenerName("edge"), "0.0.0.0:443", state, "Address already in use", NOW, 0);
            Finding unbound =
                    only(lines(line("n1", true, new ListenerReport(1, List.of(condition)), null, null, null)));
            assertThat(unbound.check()).isEqualTo("listener");
            assertThat(unbound.found()).contains("edge", "0.0.0.0:443", "Address already in use");
            assertThat(unbound.remedy())
                    .contains(state == ListenerCondition.State.RETRYING ? "sport = :443" : "listener-allow");
        }
        ListenerCondition bound =
                new ListenerCondition(ListenerName.DEFAULT, "0.0.0.0:80", ListenerCondition.State.BOUND, "", NOW, 0);
        assertThat(lines(line("n1", true, new ListenerReport(1, List.of(bound)), null, null, null)))
                .isEmpty();
    }

    @Test
    void aCertificateThatANodeCannotLoadIsTold() {
        CertificateCondition failed = new CertificateCondition(
                new CertificateName("shop"), CertificateCondition.State.FAILED, "sealed with another secret", NOW);
        Finding finding = only(lines(line("n1", true, null, List.of(failed), null, null)));
        assertThat(finding.check()).isEqualTo("certificate");
        assertThat(finding.found()).contains("shop", "sealed with another secret");
    }

    @Test
    void troubleIsTold() {
        Finding trouble = only(lines(line("n1", true, null, null, "its disk is full", null)));
        assertThat(trouble.check()).isEqualTo("trouble");
        assertThat(trouble.found()).isEqualTo("its disk is full");
    }

    // ---- the cluster

    private static ClusterStatus status(@Nullable Duration sinceLeader) {
        return new ClusterStatus(N1, Role.FOLLOWER, 3, null, false, 10, 10, VOTERS, sinceLeader, null);
    }

    private static Member member(String id, ClusterVersion supports) {
        HostPort address = new HostPort("127.0.0.1", 9);
        return new Member(new MemberId(id), address, address, address, address, "1", supports);
    }

    /** A state at the newest version in which no pool is used. */
    private static ClusterState state(
            ClusterVersion version, SortedMap<RouteName, Route> routes, Certificate... certificates) {
        ClusterState initial = ClusterState.INITIAL;
        TreeMap<CertificateName, Certificate> named = new TreeMap<>();
        for (Certificate certificate : certificates) {
            named.put(certificate.name(), certificate);
        }
        return new ClusterState(
                version,
                5,
                initial.pools(),
                initial.listeners(),
                routes,
                0,
                named,
                initial.accounts(),
                initial.tokens(),
                new TreeMap<>(),
                List.of(),
                List.of());
    }

    private static ClusterState empty() {
        return state(ClusterVersion.SUPPORTED, new TreeMap<>());
    }

    private static List<Finding> cluster(ClusterState state, @Nullable String change, Census.Line... lines) {
        return ClusterFindings.of(state, status(Duration.ofSeconds(40)), new ClusterView(List.of(lines)), change);
    }

    @Test
    void aClusterWithoutALeaderIsToldWithTheAgeOfWhatIsShown() {
        assertThat(cluster(empty(), null, line("n1", true, null, null, null, null)))
                .isEmpty();
        Finding none = only(cluster(empty(), null, line("n1", false, null, null, null, null)));
        assertThat(none.check()).isEqualTo("no-leader");
        assertThat(none.severity()).isEqualTo(Severity.CRITICAL);
        assertThat(none.found()).contains("40 s old");
    }

    private static ClusterState announced(ClusterVersion version, Member... members) {
        ClusterState state = state(version, new TreeMap<>());
        TreeMap<MemberId, Member> named = new TreeMap<>();
        for (Member member : members) {
            named.put(member.id(), member);
        }
        return new ClusterState(
                version,
                5,
                state.pools(),
                state.listeners(),
                state.routes(),
                0,
                state.certificates(),
                state.accounts(),
                state.tokens(),
                named,
                List.of(),
                List.of());
    }

    @Test
    void aClusterVersionThatIsNotRaisedIsToldWithTheReason() {
        Census.Line leader = line("n1", true, null, null, null, null);
        ClusterVersion newest = ClusterVersion.SUPPORTED;
        ClusterVersion older = ClusterVersion.MEMBERS_APART;
        Member one = member("n1", newest);
        Member two = member("n2", newest);
        assertThat(cluster(announced(newest, one, two, member("n3", newest)), null, leader))
                .isEmpty();
        assertThat(only(cluster(announced(older, one, two, member("n3", older)), null, leader))
                        .found())
                .isEqualTo("the cluster version is " + older + ", and could be " + newest + ": n3 does not support "
                        + newest);
        assertThat(only(cluster(announced(older, one, two), null, leader)).found())
                .contains("n3 has not said what it supports");
        assertThat(only(cluster(announced(older, one, two, member("n3", newest)), "adding n4", leader))
                        .found())
                .contains("the members are changing: adding n4");
        assertThat(only(cluster(announced(older, one, two, member("n3", newest)), null, leader))
                        .found())
                .contains("about to raise it");
    }

    @Test
    void virtualIpsThatTwoHoldOrNobodyAreTold() {
        VirtualIpStatus held = new VirtualIpStatus(List.of("10.0.0.9/24"), true, Duration.ofSeconds(2), null);
        VirtualIpStatus free = new VirtualIpStatus(List.of("10.0.0.9/24"), false, Duration.ofSeconds(2), null);
        assertThat(cluster(
                        empty(),
                        null,
                        line("n1", true, null, null, null, held),
                        line("n2", false, null, null, null, free)))
                .isEmpty();
        Finding two = only(cluster(
                empty(), null, line("n1", true, null, null, null, held), line("n2", false, null, null, null, held)));
        assertThat(two.check()).isEqualTo("virtual-ip");
        assertThat(two.found()).contains("n1, n2 hold");
        assertThat(only(cluster(empty(), null, line("n1", true, null, null, null, free)))
                        .found())
                .contains("no member that answers holds");
    }

    @Test
    void aPoolThatIsUsedAndHasNoOriginIsTold() {
        Census.Line leader = line("n1", true, null, null, null, null);
        ClusterState used = state(ClusterVersion.SUPPORTED, new TreeMap<>(Map.of(RouteName.DEFAULT, Route.DEFAULT)));
        Finding without = only(cluster(used, null, leader));
        assertThat(without.check()).isEqualTo("pool");
        assertThat(without.severity()).isEqualTo(Severity.WARNING);
        assertThat(without.remedy()).isEqualTo("weldrctl servers add http://HOST:PORT --pool default");
    }

    @Test
    void aRouteToNothingIsTold() {
        assertThat(RouteFindings.of(
                        state(ClusterVersion.SUPPORTED, new TreeMap<>(Map.of(RouteName.DEFAULT, Route.DEFAULT)))))
                .isEmpty();
        Route lost = new Route(
                new RouteName("lost"),
                List.of(new ListenerName("gone")),
                Route.DEFAULT.hosts(),
                Route.DEFAULT.matches(),
                RouteAction.Forward.to(new PoolName("nowhere")),
                Route.DEFAULT.filters(),
                Route.DEFAULT.timeouts(),
                Route.DEFAULT.retries(),
                null,
                List.of(),
                List.of(),
                List.of(),
                false,
                Route.DEFAULT.stamp());
        Finding finding =
                only(RouteFindings.of(state(ClusterVersion.SUPPORTED, new TreeMap<>(Map.of(lost.name(), lost)))));
        assertThat(finding.check()).isEqualTo("route");
        assertThat(finding.found()).isEqualTo("route lost refers to what there is not: listener gone, pool nowhere");
    }

    // ---- certificates

    private static IssuedChain chain(Duration before, Duration after) {
        return new IssuedChain(
                "PEM",
                Sealed.of(new byte[] {1}),
                List.of("a.example"),
                NOW.minus(before),
                NOW.plus(after),
                "EC",
                "1",
                "f");
    }

    private static List<Finding> certificate(Certificate certificate) {
        return CertificateFindings.of(state(ClusterVersion.SUPPORTED, new TreeMap<>(), certificate), NOW);
    }

    @Test
    void aCertificateThatExpiresWithinTwoWeeksIsTold() {
        CertificateName name = new CertificateName("shop");
        Duration life = Duration.ofDays(76);
        assertThat(certificate(Certificate.given(name, chain(life, Duration.ofDays(15)))))
                .isEmpty();
        Finding soon = only(certificate(Certificate.given(name, chain(life, Duration.ofDays(13)))));
        assertThat(soon.severity()).isEqualTo(Severity.WARNING);
        assertThat(soon.found()).contains("shop", "in 13 days");
        assertThat(soon.remedy()).contains("--replace");
        Finding over = only(certificate(Certificate.given(name, chain(life, Duration.ofDays(-1)))));
        assertThat(over.severity()).isEqualTo(Severity.CRITICAL);
    }

    private static final AcmeSettings ACME = new AcmeSettings(
            List.of("a.example"),
            "https://ca.example/directory",
            "ops@example.com",
            AcmeSettings.KeyType.EC_P256,
            AcmeSettings.Challenge.HTTP_01,
            null);

    @Test
    void aShortCertificateByAcmeIsToldOnlyWhenItsRenewalIsLate() {
        CertificateName name = new CertificateName("www");
        Certificate obtained = Certificate.obtained(name, ACME);
        Duration fiveDays = Duration.ofDays(5);
        assertThat(certificate(obtained.renewed(chain(fiveDays, Duration.ofDays(2)))))
                .isEmpty();
        assertThat(only(certificate(obtained.renewed(chain(fiveDays, Duration.ofDays(1)))))
                        .found())
                .contains("in 24 hours");
    }

    @Test
    void anOrderThatFailedIsToldWithItsReason() {
        Certificate obtained = Certificate.obtained(new CertificateName("www"), ACME);
        assertThat(certificate(obtained)).as("it is under way").isEmpty();
        AcmeOrder failed =
                new AcmeOrder(null, null, List.of(), 3, NOW.plusSeconds(60), "a.example: connection refused");
        Finding order = only(certificate(obtained.with(failed)));
        assertThat(order.check()).isEqualTo("certificate-order");
        assertThat(order.severity()).isEqualTo(Severity.CRITICAL);
        assertThat(order.found()).contains("www", "3 times in a row", "connection refused");
        Certificate still = obtained.renewed(chain(Duration.ofDays(50), Duration.ofDays(40)))
                .with(failed);
        assertThat(only(certificate(still)).severity()).isEqualTo(Severity.WARNING);
    }
}
