package io.weldr.leader.acme;

import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.AcmeSettings;
import io.weldr.core.certificate.AcmeSettings.Challenge;
import io.weldr.core.certificate.AcmeSettings.ExternalAccount;
import io.weldr.core.certificate.AcmeSettings.KeyType;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.listener.ListenerTls;
import io.weldr.core.pool.HostPort;
import io.weldr.core.port.AppliedBarrier;
import io.weldr.core.port.CommandGateway;
import io.weldr.core.port.Committed;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.Published;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.core.state.Outcome;
import io.weldr.core.state.Transition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** One log, and nodes that lead one after the other. The state is what all of them have applied. Thread safe. */
final class TestCluster implements CommandGateway, AppliedBarrier, AutoCloseable {
    static final CertificateName WEB = new CertificateName("web");
    static final List<String> HOSTS = List.of("a.example.com", "b.example.com");

    final Published<ClusterState> state = new Published<>(ClusterState.INITIAL);
    final TestClock clock = new TestClock();
    final TestSeal seal = new TestSeal("s1");
    final List<Command> committed = new CopyOnWriteArrayList<>();
    final List<Long> barriers = new CopyOnWriteArrayList<>(); // revisions
    final List<String> behind = new CopyOnWriteArrayList<>(); // what the barrier says

    /** Asked before each command; false: nothing is committed, and nobody answers. */
    volatile Predicate<Command> before = command -> true;

    /** Asked after each command; false: nobody answers. */
    volatile Predicate<Command> after = command -> true;

    private final Map<RequestId, Committed> done = new HashMap<>(); // guarded by this
    /** The stub is ready when it is asked. */
    private static final Duration POLL_MIN = Duration.ofMillis(50);

    private final List<AcmeCertificates> nodes = new ArrayList<>();
    private final SSLContext trust;
    private long index; // guarded by this
    private long term;
    private @Nullable AcmeCertificates leader;

    TestCluster(SSLContext trust) {
        this.trust = trust;
    }

    /** Another node leads. Whoever led is stopped first, as it is when it notices. */
    synchronized AcmeCertificates elect() {
        if (leader != null) {
            leader.stop();
        }
        AcmeCertificates next = new AcmeCertificates(
                state, this, seal, new Chains(seal), this, trust, clock, new Random(term), "1.0", POLL_MIN);
        nodes.add(next);
        leader = next;
        next.start(++term);
        return next;
    }

    /** The certificate {@link #WEB} is asked for. */
    void obtain(String directory, Challenge challenge) {
        obtain(new AcmeSettings(HOSTS, directory, "ops@example.com", KeyType.EC_P256, challenge, null));
    }

    void obtain(String directory, ExternalAccount external) {
        obtain(new AcmeSettings(HOSTS, directory, "ops@example.com", KeyType.EC_P256, Challenge.HTTP_01, external));
    }

    void obtain(AcmeSettings settings) {
        apply(new Command.PutCertificate(Certificate.obtained(WEB, settings), Condition.NONE, clock.instant()));
    }

    /** A listener that ends TLS, with the certificate {@link #WEB}. */
    void listen() {
        Listener listener = Listener.named(new ListenerName("tls"))
                .protocol(Listener.Protocol.HTTPS)
                .address(HostPort.parse("0.0.0.0:8443"))
                .tls(ListenerTls.of(WEB))
                .build();
        apply(new Command.PutListener(listener, Condition.NONE, clock.instant()));
    }

    Certificate web() {
        return Objects.requireNonNull(state.get().certificate(WEB));
    }

    @Nullable AcmeOrder order() {
        return web().order();
    }

    boolean issued() {
        return web().issued() != null && web().order() == null;
    }

    /** Time passes; the nodes notice as by a change of the state. */
    void pass(Duration time) {
        clock.advance(time);
        state.publish(state.get());
    }

    /** What a node answers to the authority. */
    @Nullable String answer(String host, String token) {
        for (Certificate certificate : state.get().certificates().values()) {
            AcmeOrder order = certificate.order();
            for (AcmeOrder.Answer answer : order == null ? List.<AcmeOrder.Answer>of() : order.answers()) {
                if (answer.host().equals(host) && answer.token().equals(token)) {
                    return answer.keyAuthorization();
                }
            }
        }
        return null;
    }

    long count(Class<? extends Command> type) {
        return committed.stream().filter(type::isInstance).count();
    }

    // ---- the log

    synchronized Outcome apply(Command command) {
        if (!state.get().version().atLeast(command.since())) {
            apply(new Command.RaiseClusterVersion(command.since(), Instant.EPOCH));
        }
        Transition transition = state.get().apply(command, ++index);
        state.publish(transition.next());
        committed.add(command);
        return transition.outcome();
    }

    @Override
    public CompletionStage<Committed> submit(RequestId id, Command command, @Nullable Attribution by) {
        if (!before.test(command)) {
            return new CompletableFuture<>();
        }
        Committed outcome;
        synchronized (this) {
            outcome = done.computeIfAbsent(id, first -> new Committed(index + 1, apply(command)));
        }
        return after.test(command) ? CompletableFuture.completedFuture(outcome) : new CompletableFuture<>();
    }

    @Override
    public CompletionStage<ClusterState> linearizable() {
        return CompletableFuture.failedFuture(new GatewayException(GatewayException.Kind.UNAVAILABLE, "not here"));
    }

    @Override
    public CompletionStage<ClusterState> applied(long upTo) {
        return linearizable();
    }

    @Override
    public CompletionStage<List<String>> applied(long revision, Duration patience) {
        barriers.add(revision);
        return CompletableFuture.completedFuture(List.copyOf(behind));
    }

    @Override
    public synchronized void close() {
        nodes.forEach(AcmeCertificates::close);
    }
}
