package io.weldr.api.testkit;

import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.port.Committed;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.core.port.RequestId;
import io.weldr.core.port.SessionSigner;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.core.state.Limits;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.Transition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Nodes that share one log in memory. The first leads until told otherwise. */
public final class TestCluster implements AutoCloseable {
    private final List<TestNode> nodes = new ArrayList<>();
    private final Map<RequestId, Committed> outcomes = new HashMap<>();
    private final TestSeal seal = new TestSeal();
    private ClusterState state = ClusterState.INITIAL;
    private long index;
    private @Nullable MemberId leader;
    private @Nullable Kind failure;
    private int checkedTooEarly;
    private int overtaken;

    /** Starts nodes {@code n1}, {@code n2}, ... on free ports. */
    public static TestCluster start(int size) throws IOException {
        return start(size, ClusterVersion.SUPPORTED);
    }

    /** The same at an older cluster version. */
    public static TestCluster start(int size, ClusterVersion version) throws IOException {
        TestCluster cluster = new TestCluster();
        for (int i = 1; i <= size; i++) {
            cluster.nodes.add(new TestNode(cluster, new MemberId("n" + i)));
        }
        cluster.leader = cluster.nodes.get(0).id();
        cluster.submit(new Command.RaiseClusterVersion(version, Instant.now()));
        for (TestNode node : cluster.nodes) {
            node.start();
        }
        return cluster;
    }

    public TestNode node(int number) {
        return nodes.get(number - 1);
    }

    public List<TestNode> nodes() {
        return List.copyOf(nodes);
    }

    /** What all nodes sign sessions with. */
    SessionSigner sessions() {
        return new SessionSigner() {
            @Override
            public String sign(String text) {
                try {
                    Mac mac = Mac.getInstance("HmacSHA256");
                    mac.init(new SecretKeySpec(new byte[] {1, 2, 3}, "HmacSHA256"));
                    byte[] all = mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
                    return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
                } catch (GeneralSecurityException e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public boolean signed(String text, String signature) {
                return sign(text).equals(signature);
            }
        };
    }

    /** What all nodes seal private keys with. */
    public TestSeal seal() {
        return seal;
    }

    public synchronized @Nullable MemberId leader() {
        return leader;
    }

    /** From now on that one leads; null: nobody. */
    public synchronized void lead(@Nullable MemberId next) {
        leader = next;
    }

    /** From now on commands and linearizable reads fail like this; null: they work again. */
    public synchronized void fail(@Nullable Kind kind) {
        failure = kind;
    }

    public synchronized ClusterState state() {
        return state;
    }

    public synchronized long index() {
        return index;
    }

    /** Submits a command that the cluster gives itself, such as a verdict. */
    public Committed submit(Command command) {
        return submit(new RequestId("internal-" + java.util.UUID.randomUUID()), command, null)
                .join();
    }

    synchronized CompletableFuture<Committed> submit(RequestId id, Command command, @Nullable Attribution by) {
        if (failure != null && failure != Kind.UNKNOWN_OUTCOME) {
            return CompletableFuture.failedFuture(new GatewayException(failure, "the test says so"));
        }
        if (!state.version().atLeast(command.since())) {
            return CompletableFuture.failedFuture(
                    new GatewayException(Kind.UNSUPPORTED, "the command needs cluster version " + command.since()));
        }
        Committed before = outcomes.get(id);
        if (before == null) {
            overtake(command);
            Transition transition = state.apply(admitted(command), ++index, Limits.CURRENT, by);
            state = transition.next();
            before = new Committed(index, transition.outcome());
            outcomes.put(id, before);
            nodes.forEach(node -> node.catchUp(state, index));
        }
        // An outcome that got lost on its way: the command is applied all the same.
        return failure == Kind.UNKNOWN_OUTCOME
                ? CompletableFuture.failedFuture(new GatewayException(failure, "the answer got lost"))
                : CompletableFuture.completedFuture(before);
    }

    /** As the leader admits it. */
    private Command admitted(Command command) {
        if (!(command instanceof Command.CheckedByLeader checked)) {
            return command;
        }
        boolean early = checkedTooEarly > 0;
        checkedTooEarly -= early ? 1 : 0;
        return checked.checkedAt(early ? state.routing() - 1 : state.routing());
    }

    /** From now on somebody else writes the pool before so many commands that write one. */
    public synchronized void overtake(int commands) {
        overtaken = commands;
    }

    /** Somebody else is quicker. */
    private void overtake(Command command) {
        if (overtaken > 0 && command instanceof Command.PutPool put) {
            Pool pool = state.pool(put.name());
            if (pool != null) {
                overtaken--;
                Duration other = pool.settings().slowStart().equals(Duration.ofSeconds(1))
                        ? Duration.ofSeconds(2)
                        : Duration.ofSeconds(1);
                PoolSettings now = pool.settings();
                PoolSettings next = now.toBuilder().slowStart(other).build();
                state = state.apply(
                                new Command.PutPool(pool.name(), pool.health(), next, Condition.NONE, Instant.now()),
                                ++index)
                        .next();
            }
        }
    }

    /** From now on so many commands on routes are checked against a state that has moved on when they are applied. */
    public synchronized void checkTooEarly(int commands) {
        checkedTooEarly = commands;
    }

    synchronized CompletableFuture<ClusterState> linearizable() {
        return failure != null
                ? CompletableFuture.failedFuture(new GatewayException(failure, "the test says so"))
                : CompletableFuture.completedFuture(state);
    }

    @Override
    public void close() {
        nodes.forEach(TestNode::close);
    }
}
