package io.weldr.raft;

import io.weldr.codec.BackupCodec;
import io.weldr.codec.BackupCodec.Header;
import io.weldr.core.port.Backup;
import io.weldr.core.port.BackupSource;
import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.CommandGateway;
import io.weldr.core.port.Committed;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.LeaderDuty;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.MemberCalls;
import io.weldr.core.port.MemberLink;
import io.weldr.core.port.MemberPort;
import io.weldr.core.port.MemberServer;
import io.weldr.core.port.MemberTls;
import io.weldr.core.port.Membership;
import io.weldr.core.port.MetricSource;
import io.weldr.core.port.Published;
import io.weldr.core.port.RequestId;
import io.weldr.core.port.StatusSource;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.NodeRules;
import io.weldr.raft.node.DataFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A node's part in the cluster: the replicated state, the road down to it, and what only the leader does. Thread safe.
 * {@link #start} once, {@link #close} once; in between it never gives up, whatever happens to the disk or the network.
 *
 * <p>Loggers of {@code org.apache.ratis} are best kept at ERROR: what matters of the rest, weldr logs itself, one line
 * an event.
 */
public final class RaftCluster
        implements CommandGateway, StatusSource, MemberCalls, MetricSource, BackupSource, AutoCloseable {
    final Assembly parts;

    /**
     * A node that speaks to other members without TLS.
     *
     * @param link to the other members' {@link MemberCalls}, for what a follower forwards
     * @param duties what only the leader does
     */
    public RaftCluster(RaftSettings settings, MemberLink link, List<LeaderDuty> duties) {
        this(settings, link, duties, () -> null);
    }

    /**
     * A node.
     *
     * @param link to the other members' {@link MemberCalls}, for what a follower forwards
     * @param duties what only the leader does
     * @param tls how it proves to other members who it is; gives null if it speaks to them without TLS. What it gives
     *     is settled when this is started
     */
    public RaftCluster(
            RaftSettings settings, MemberLink link, List<LeaderDuty> duties, Supplier<@Nullable MemberTls> tls) {
        this.parts = new Assembly(settings, link, duties, tls);
    }

    /** Whether no node has used that data folder yet, or there is none. Reads from disk, and changes nothing. */
    public static boolean isNew(Path dataFolder) {
        return DataFolder.isNew(dataFolder);
    }

    /**
     * Opens the data folder and the Raft port, and starts to look for the cluster; it does not wait for a leader. The
     * state is as the disk has it when this returns.
     *
     * @throws IOException with one line that names the culprit: a data folder of another node or in use, a damaged log,
     *     a port in use
     */
    public void start() throws IOException {
        parts.start();
    }

    /**
     * That this node was taken out of its cluster, for good.
     *
     * @param line what to tell people, in one line
     * @param drain how long it is to go on proxying; null: as it is set to
     */
    public record Farewell(String line, @Nullable Duration drain) {}

    /**
     * Completes, on a thread that must not be blocked, when this node finds out that it was taken out of its cluster.
     */
    public CompletionStage<Farewell> farewell() {
        return parts.farewell.minimalCompletionStage();
    }

    /** Whether this node was taken out of its cluster. */
    public boolean removed() {
        return parts.farewell() != null;
    }

    /**
     * Whether {@link #state} is, or was at some time since the start, what a member holds. It is then something to go
     * on with whatever becomes of the log, also while this node is taken in anew: it is replaced by what is newer only.
     * Any thread.
     */
    public boolean holdsState() {
        return parts.condition.holdsState();
    }

    /**
     * Whether this node has found out if its state is current: since its start it has had all that a leader had
     * committed, or it has had the time to hear of a leader. Until then its state is as old as its disk. Any thread.
     */
    public boolean comparedWithLeader() {
        return parts.comparedWithLeader();
    }

    /** The state as far as it is applied here. */
    public Published<ClusterState> state() {
        return parts.applied.state();
    }

    /**
     * Tells the other members where this node is, now and whenever it changes, and again if they forget. To be called
     * when all listeners are bound, and again when something changed. Returns at once.
     *
     * @param rules what this node goes by when it admits commands, while it leads
     */
    public void announce(Member member, NodeRules rules) {
        parts.serves = !member.witness();
        parts.gateway.admitBy(rules);
        parts.announcer.announce(member);
    }

    @Override
    public CompletionStage<Committed> submit(RequestId id, Command command, @Nullable Attribution by) {
        return parts.gateway.submit(id, command, by);
    }

    @Override
    public CompletionStage<ClusterState> linearizable() {
        return parts.gateway.linearizable();
    }

    @Override
    public CompletionStage<ClusterState> applied(long index) {
        return parts.gateway.applied(index);
    }

    @Override
    public Backup backup(Instant at, String program) {
        if (!holdsState()) {
            throw new GatewayException(
                    GatewayException.Kind.UNAVAILABLE,
                    "this node has no state of a cluster yet: back up another member");
        }
        long index = parts.applied.get(); // Before the state, which then contains it.
        ClusterState current = state().get();
        UUID cluster = parts.life().cluster();
        MemberId self = parts.settings.self();
        Header header = new Header(
                cluster,
                current.version(),
                current.revision(),
                Math.max(index, current.revision()),
                parts.condition.highestTerm(),
                at,
                program,
                self.value());
        return new Backup(
                new Backup.Origin(String.valueOf(cluster), self, header.index(), at),
                current,
                BackupCodec.write(header, current));
    }

    @Override
    public CompletionStage<byte[]> answer(byte[] message) {
        CompletionStage<byte[]> answer = parts.membership.answer(message);
        return answer != null ? answer : parts.gateway.answer(message);
    }

    /** Who belongs to the cluster, and changes of it. */
    public Membership membership() {
        return parts.membership;
    }

    @Override
    public ClusterStatus status() {
        return parts.condition.status();
    }

    /**
     * Why clients are better sent to another member, which is known to be ready: this node cannot write, or lags
     * behind. Null if not, also if no other member is known to be ready: then this node is better than none. Any
     * thread; never blocks.
     */
    public @Nullable String outdone() {
        String why = parts.condition.handicap();
        return why != null && parts.readyMembers.known() ? why : null;
    }

    @Override
    public List<Measurement> measure() {
        return RaftMeasurements.of(
                status(),
                state().get().version(),
                parts.gateway,
                parts.healer.resets(),
                parts.condition.highestTerm(),
                parts.leading.acts() ? 0 : parts.progress.lag(parts.applied.get()));
    }

    /**
     * Hands leadership over to another member, if this node leads, and for good: duties stop first, then another one is
     * elected. This node goes on voting until it is closed, but stands for election after the others, and hands on what
     * it gets all the same. For a node that has begun to stop. Blocks for some two seconds at most.
     *
     * @return whether this node leads no more
     */
    public boolean resign() {
        return parts.givingWay.resign();
    }

    /**
     * Hands leadership over to {@code heir}, if this node leads. Returns at once; completes within some two seconds.
     *
     * @return whether this node leads no more; fails with the reason if it still does
     */
    public CompletionStage<Boolean> handOver(MemberId heir) {
        return parts.handOver.to(heir);
    }

    /**
     * Whether the process of that member died a moment ago, as leader of this node. A port that refuses connections is
     * no proof of that. Any thread.
     */
    public boolean died(MemberId member) {
        return parts.succession.died(member);
    }

    /** Stops the duties, hands leadership over and closes everything, within some ten seconds. Never fails. */
    @Override
    public void close() {
        parts.close();
    }

    /** By whom other members are asked. Any thread. */
    public MemberPort memberPort() {
        return parts.caller;
    }

    /** Has what other members ask at the Raft port answered from now on. */
    public void answerMembers(MemberServer server) {
        parts.memberServer.set(server);
    }
}
