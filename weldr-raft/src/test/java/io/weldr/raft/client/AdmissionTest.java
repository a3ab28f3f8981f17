package io.weldr.raft.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.codec.EntryCodec;
import io.weldr.codec.LogEntry;
import io.weldr.codec.UndecodableException;
import io.weldr.core.Stamp;
import io.weldr.core.certificate.AcmeSettings;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.certificate.Sealed;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.listener.ListenerTls;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.pool.StickyCookie;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.core.port.RequestId;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteAction;
import io.weldr.core.route.RouteFilters;
import io.weldr.core.route.RouteMatch;
import io.weldr.core.route.RouteName;
import io.weldr.core.route.RouteRetries;
import io.weldr.core.route.RouteTest;
import io.weldr.core.route.RouteTimeouts;
import io.weldr.core.state.Actor;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.core.state.Limits;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.MemberPort;
import io.weldr.core.state.NodeRules;
import io.weldr.core.state.OriginSpec;
import io.weldr.core.state.OwnAddresses;
import io.weldr.core.state.OwnAddresses.Listener;
import io.weldr.proto.raft.v1.LogProto;
import io.weldr.proto.raft.v1.PeerProto;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final Limits FEW = new Limits(5, 3);
    private static final Admission FEW_ADMISSION = new Admission(FEW, NodeRules.UNSAID);

    private final ClusterState first = ClusterState.INITIAL;
    private final ClusterState raised = first.apply(
                    new Command.RaiseClusterVersion(ClusterVersion.HEALTH_APART, Instant.EPOCH), 1)
            .next();

    private static LogProto.Entry entry(Command command) {
        return EntryCodec.encode(new LogEntry.Write(new RequestId("r1"), command));
    }

    private static Command add() {
        return new Command.AddOrigin(
                PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://a:1")), false, Instant.EPOCH);
    }

    @Test
    void theLeaderWritesItsLimitsOnceAllMembersKnowThem() throws Exception {
        LogProto.Entry admitted = FEW_ADMISSION.admit(entry(add()), true, raised);
        assertThat(((LogEntry.Write) EntryCodec.decode(admitted)).limits()).isEqualTo(FEW);
        assertThat(FEW_ADMISSION.admit(entry(add()), true, first).hasLimits()).isFalse();
    }

    @Test
    void limitsThatSomebodyElsePutIntoTheEntryDoNotHold() {
        LogProto.Entry claimed = EntryCodec.withLimits(entry(add()), new Limits(1_000_000, 1_000_000));
        assertThat(Admission.CURRENT.admit(claimed, true, raised).hasLimits()).isFalse();
        assertThat(Admission.CURRENT.admit(claimed, true, first).hasLimits()).isFalse();
    }

    /** It announces itself, and somebody had asked for it. */
    @Test
    void theFirstAnnouncementOfAMemberSaysWhoHadItTakenIn() throws Exception {
        ClusterState current = first.apply(new Command.RaiseClusterVersion(ClusterVersion.SUPPORTED, Instant.EPOCH), 1)
                .next();
        HostPort anywhere = new HostPort("10.0.0.4", 1);
        Member member =
                new Member(new MemberId("n4"), anywhere, anywhere, anywhere, anywhere, "1", ClusterVersion.SUPPORTED);
        Command announce = new Command.AnnounceMember(member, Instant.EPOCH);
        Attribution itself = Attribution.of(Actor.node(member.id()));
        LogProto.Entry entry = EntryCodec.encode(new LogEntry.Write(new RequestId("r1"), announce, itself));
        Attribution ann = Attribution.of(Actor.certificate("ann"));
        assertThat(by(Admission.CURRENT.admit(entry, true, current, id -> id.equals(member.id()) ? ann : null)))
                .isEqualTo(ann);
        assertThat(by(Admission.CURRENT.admit(entry, true, current, id -> null)))
                .isEqualTo(itself);
        ClusterState known = current.apply(announce, 2).next();
        assertThat(by(Admission.CURRENT.admit(entry, true, known, id -> ann))).isEqualTo(itself);
        assertThat(by(Admission.CURRENT.admit(entry, true, raised, id -> ann))).isNull(); // older members stop at it
        LogProto.Entry other = EntryCodec.encode(new LogEntry.Write(new RequestId("r1"), add(), itself));
        assertThat(by(Admission.CURRENT.admit(other, true, current, id -> ann))).isEqualTo(itself);
    }

    private static @Nullable Attribution by(LogProto.Entry entry) throws UndecodableException {
        return ((LogEntry.Write) EntryCodec.decode(entry)).by();
    }

    @Test
    void onlyTheLeaderItselfRaisesTheClusterVersion() {
        LogProto.Entry raise = entry(new Command.RaiseClusterVersion(ClusterVersion.HEALTH_APART, Instant.EPOCH));
        assertThat(Admission.CURRENT.admit(raise, false, first)).isEqualTo(raise);
        assertThatThrownBy(() -> Admission.CURRENT.admit(raise, true, first))
                .isInstanceOfSatisfying(
                        GatewayException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(Kind.UNSUPPORTED));
    }

    @Test
    void noOriginIsAddedAtAnAddressThatTheLeaderKnowsToBeWeldrsOwn() {
        MemberId self = new MemberId("n1");
        Admission knowing = Admission.CURRENT.with(new NodeRules(
                new OwnAddresses(List.of(new Listener(self, MemberPort.PROXY, 8080)), Set.of()), false));
        Command loop = new Command.AddOrigin(
                PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://127.0.0.1:8080")), false, Instant.EPOCH);
        assertThatThrownBy(() -> knowing.admit(entry(loop), true, first))
                .isInstanceOfSatisfying(
                        GatewayException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(Kind.OWN_ADDRESS))
                .hasMessageContaining("the proxy of member n1");
        assertThat(Admission.CURRENT.admit(entry(loop), true, first)).isEqualTo(entry(loop));
        assertThat(knowing.admit(entry(add()), true, first)).isEqualTo(entry(add()));
    }

    @Test
    void aFollowerOfAnEarlierVersionIsToldOfAnOwnAddressByAKindThatItKnows() throws Exception {
        byte[] answer = ForwardCodec.answer(new GatewayException(Kind.OWN_ADDRESS, "why"));
        PeerProto.ForwardAnswer.Failure failure =
                PeerProto.ForwardAnswer.parseFrom(answer).getFailure();
        assertThat(failure.getKind()).isEqualTo("UNSUPPORTED");
        assertThatThrownBy(() -> ForwardCodec.committed(answer))
                .isInstanceOfSatisfying(
                        GatewayException.class, told -> assertThat(told.kind()).isEqualTo(Kind.OWN_ADDRESS))
                .hasMessage("why");
        byte[] later = PeerProto.ForwardAnswer.newBuilder()
                .setFailure(failure.toBuilder().setPreciseKind("OF_A_LATER_VERSION"))
                .build()
                .toByteArray();
        assertThatThrownBy(() -> ForwardCodec.committed(later))
                .isInstanceOfSatisfying(
                        GatewayException.class, told -> assertThat(told.kind()).isEqualTo(Kind.UNSUPPORTED));
    }

    @Test
    void anEntryWithoutACommandIsRefused() {
        assertThatThrownBy(() -> Admission.CURRENT.admit(LogProto.Entry.getDefaultInstance(), true, first))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("neither a command nor a barrier");
    }

    private static Route route(String name, String prefix, RouteTest... tests) {
        return new Route(
                new RouteName(name),
                List.of(),
                List.of(),
                List.of(RouteMatch.prefix(prefix)),
                RouteAction.Forward.to(PoolName.DEFAULT),
                RouteFilters.NONE,
                RouteTimeouts.UNSET,
                RouteRetries.DEFAULT,
                null,
                List.of(),
                List.of(),
                List.of(tests),
                false,
                Stamp.INITIAL);
    }

    private static void refused(Kind kind, String part, Command command, ClusterState state) {
        assertThatThrownBy(() -> Admission.CURRENT.admit(entry(command), true, state))
                .isInstanceOfSatisfying(
                        GatewayException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(kind))
                .hasMessageContaining(part);
    }

    @Test
    void theLeaderChecksAChangeOfRoutesAndSaysAgainstWhichState() throws Exception {
        ClusterState state = first.apply(new Command.RaiseClusterVersion(ClusterVersion.RESOURCES, Instant.EPOCH), 1)
                .next();
        RouteTest.SampleRequest cart = new RouteTest.SampleRequest("GET", "http://a/cart/1", List.of(), null);
        Route tested = route("cart", "/cart", new RouteTest(cart, null, null, null));
        Command put = new Command.PutRoute(tested, Condition.NONE, 0, Instant.EPOCH);
        LogEntry.Write admitted = (LogEntry.Write) EntryCodec.decode(Admission.CURRENT.admit(entry(put), true, state));
        state = state.apply(admitted.command(), 7).next();
        assertThat(state.routing()).isEqualTo(7);

        Command other = new Command.PutRoute(route("all", "/x"), Condition.NONE, 0, Instant.EPOCH);
        LogEntry.Write second = (LogEntry.Write) EntryCodec.decode(Admission.CURRENT.admit(entry(other), true, state));
        assertThat(((Command.PutRoute) second.command()).checked()).isEqualTo(7);

        Command narrower = new Command.PutRoute(route("first", "/cart/1"), Condition.NONE, 0, Instant.EPOCH);
        refused(Kind.ROUTES, "route cart, test 1", narrower, state);
        Command same = new Command.PutRoute(route("again", "/cart"), Condition.NONE, 0, Instant.EPOCH);
        refused(Kind.ROUTES, "route cart", same, state);
    }

    /** Or else every later change of routes would be refused because of it. */
    @Test
    void aListenerOnWhichAStoredTestFailsIsRefused() {
        ClusterState state = first.apply(new Command.RaiseClusterVersion(ClusterVersion.RESOURCES, Instant.EPOCH), 1)
                .next();
        RouteTest.SampleRequest rest = new RouteTest.SampleRequest("GET", "http://a/rest", List.of(), null);
        Route tested = route("cart", "/cart", new RouteTest(rest, "default", null, null));
        state = state.apply(new Command.PutRoute(tested, Condition.NONE, state.routing(), Instant.EPOCH), 7)
                .next();
        assertThat(state.routes()).hasSize(2);
        Command put = new Command.PutListener(
                io.weldr.core.listener.Listener.named(new ListenerName("edge"))
                        .address(HostPort.parse("0.0.0.0:9000"))
                        .build(),
                Condition.NONE,
                Instant.EPOCH);
        refused(Kind.ROUTES, "route cart, test 1: GET http://a/rest on listener edge takes no route", put, state);
    }

    @Test
    void aStickyCookieNeedsTheSecret() {
        ClusterState state = first.apply(new Command.RaiseClusterVersion(ClusterVersion.RESOURCES, Instant.EPOCH), 1)
                .next();
        StickyCookie cookie = new StickyCookie("sid", false, true, StickyCookie.SameSite.LAX, null);
        PoolSettings plain = PoolSettings.DEFAULT;
        PoolSettings sticky = plain.toBuilder().sticky(cookie).build();
        Command put =
                new Command.PutPool(new PoolName("web"), HealthPolicy.DEFAULT, sticky, Condition.NONE, Instant.EPOCH);
        refused(Kind.NEEDS_SECRET, "secret-file", put, state);
        Admission knowing = Admission.CURRENT.with(new NodeRules(OwnAddresses.ANNOUNCED, true));
        assertThat(knowing.admit(entry(put), true, state)).isEqualTo(entry(put));
    }

    @Test
    void aPrivateKeyNeedsTheSecretAndSoDoesACertificateThatIsObtained() {
        ClusterState state = first.apply(new Command.RaiseClusterVersion(ClusterVersion.TLS, Instant.EPOCH), 1)
                .next();
        CertificateName name = new CertificateName("shop");
        Command given = new Command.PutCertificate(Certificate.given(name, issued()), Condition.NONE, Instant.EPOCH);
        refused(
                Kind.NEEDS_SECRET,
                "privateKey: private keys of certificates are sealed, which needs the",
                given,
                state);
        refused(Kind.NEEDS_SECRET, "openssl rand -hex 32 > FILE", given, state);
        AcmeSettings acme = new AcmeSettings(
                List.of("a.example"),
                "https://acme.example/directory",
                "ops@example.com",
                AcmeSettings.KeyType.EC_P256,
                AcmeSettings.Challenge.HTTP_01,
                null);
        Command obtained = new Command.PutCertificate(Certificate.obtained(name, acme), Condition.NONE, Instant.EPOCH);
        refused(Kind.NEEDS_SECRET, "acme: private keys", obtained, state);
        Admission knowing = Admission.CURRENT.with(new NodeRules(OwnAddresses.ANNOUNCED, true));
        assertThat(knowing.admit(entry(given), true, state)).isEqualTo(entry(given));
        assertThat(knowing.admit(entry(obtained), true, state)).isEqualTo(entry(obtained));
        ClusterState before = first.apply(new Command.RaiseClusterVersion(ClusterVersion.RESOURCES, Instant.EPOCH), 1)
                .next();
        assertThatThrownBy(() -> knowing.admit(entry(given), true, before))
                .isInstanceOfSatisfying(
                        GatewayException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(Kind.UNSUPPORTED));
    }

    private static IssuedChain issued() {
        Sealed key = Sealed.of(new byte[] {1});
        Instant end = Instant.EPOCH.plusSeconds(1);
        return new IssuedChain("pem", key, List.of("a.example"), Instant.EPOCH, end, "EC P-256", "1", "2");
    }

    /** A test that is written with https is run where https is spoken, as soon as that is anywhere. */
    @Test
    void aListenerThatSpeaksTlsFromNowOnIsChecked() {
        ClusterState state = first.apply(new Command.RaiseClusterVersion(ClusterVersion.TLS, Instant.EPOCH), 1)
                .next();
        CertificateName name = new CertificateName("shop");
        state = state.apply(
                        new Command.PutCertificate(Certificate.given(name, issued()), Condition.NONE, Instant.EPOCH), 2)
                .next();
        RouteTest.SampleRequest rest = new RouteTest.SampleRequest("GET", "https://a/rest", List.of(), null);
        Route tested = route("cart", "/cart", new RouteTest(rest, "default", null, null));
        state = state.apply(new Command.PutRoute(tested, Condition.NONE, state.routing(), Instant.EPOCH), 7)
                .next();
        Command put = new Command.PutListener(
                io.weldr.core.listener.Listener.named(new ListenerName("edge"))
                        .protocol(io.weldr.core.listener.Listener.Protocol.HTTPS)
                        .address(HostPort.parse("0.0.0.0:9000"))
                        .tls(ListenerTls.of(name))
                        .build(),
                Condition.NONE,
                Instant.EPOCH);
        refused(Kind.ROUTES, "route cart, test 1: GET https://a/rest on listener edge takes no route", put, state);
    }
}
