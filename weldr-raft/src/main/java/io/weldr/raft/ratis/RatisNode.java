package io.weldr.raft.ratis;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.RaftSettings;
import io.weldr.raft.log.MachineEvents;
import io.weldr.raft.log.NewerVersionException;
import io.weldr.raft.log.PoolMachine;
import io.weldr.raft.peer.PeerRpc;
import io.weldr.raft.peer.PeerSecurity;
import io.weldr.raft.workaround.Workaround;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpcWithProxy;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.ExitUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of the Ratis server: built, started, closed, never used again. Thread safe. Every method may be called while
 * it closes; then they fail or tell nothing.
 */
public final class RatisNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RatisNode.class);

    /** For how long Ratis keeps the wish for a snapshot. */
    private static final long SNAPSHOT_TIMEOUT_MILLIS = 5_000;

    /** A snapshot is written in seconds. */
    private static final Duration UNFINISHED_AGE = Duration.ofMinutes(1);

    private final RaftId id;
    private final Path logFolder;
    private final RaftServer server;
    private final PeerMessages messages;
    private final PeerRpc.Dials dials;
    private final RaftPeerId self;
    /** New with every life: replies to an earlier life's calls must not be taken for replies to ours. */
    private final ClientId client = ClientId.randomId();

    private final AtomicLong callIds = new AtomicLong();
    private final Entrance entries = new Entrance("weldr-raft-entry", 4);
    /** Apart from the entries, which may all hang when leadership has to be given up. */
    private final Entrance changes = new Entrance("weldr-raft-change", 2);

    private volatile @Nullable RatisGroup opened;

    private RatisNode(RaftId id, Path logFolder, RaftServer server, PeerMessages messages, PeerRpc.Dials dials) {
        this.id = id;
        this.logFolder = logFolder;
        this.server = server;
        this.messages = messages;
        this.dials = dials;
        this.self = peerId(id);
    }

    /**
     * A cluster as a node starts it.
     *
     * @param voters unless the log tells them
     * @param learner this node, at that address, opens it as a learner; null: as a voter, or as nobody yet. Ratis
     *     never gives a vote to one that it opened as nobody and that was then made a learner
     */
    public record Group(
            UUID id, Map<RaftId, HostPort> voters, @Nullable HostPort learner) {}

    /**
     * Starts a server with that group, or with none: then {@link #add} brings it.
     *
     * @param id how the group knows this node, or is to know it
     * @param security how it speaks to other members
     * @param customizer adds services to the server's port
     * @throws DamagedLogException if what is on disk makes no sense; it is closed again then
     */
    public static RatisNode start(
            RaftSettings settings,
            RaftId id,
            Path logFolder,
            @Nullable Group group,
            MachineEvents events,
            PeerSecurity security,
            GrpcServices.Customizer customizer)
            throws IOException {
        requireRoom(logFolder);
        if (!Workaround.leftOut().isEmpty()) {
            LOG.warn("{}={}: this node may lose data", Workaround.WITHOUT, Workaround.leftOut());
        }
        ExitUtils.disableSystemExit(); // a port that was taken a moment ago would end the process
        Parameters parameters = new Parameters();
        PeerRpc.Dials dials = PeerRpc.set(parameters, security);
        // gRPC calls the interceptor that was added last first: what the customizer refuses never reaches this one.
        PeerMessages messages = new PeerMessages(new LogLock());
        GrpcConfigKeys.Server.setServicesCustomizer(
                parameters, (builder, types) -> customizer.customize(builder.intercept(messages), types));
        GuardedEvents guarded = new GuardedEvents(events);
        RaftServer server = RaftServer.newBuilder()
                .setServerId(peerId(id))
                .setGroup(group == null ? null : ratisGroup(group, id))
                .setStateMachineRegistry(any -> new PoolMachine(guarded))
                .setOption(RaftStorage.StartupOption.RECOVER)
                .setProperties(RatisTuning.properties(settings, logFolder))
                .setParameters(parameters)
                .build();
        RatisNode node = new RatisNode(id, logFolder, server, messages, dials);
        try {
            dials.begin();
            server.start();
            if (group != null) {
                node.opened(RaftGroupId.valueOf(group.id()));
            }
        } catch (CompletionException e) {
            // Ratis opens groups on other threads, and hands on what happened there in a wrapping.
            guarded.mute();
            closeAfter(node, e);
            throw failure(e.getCause() != null ? e.getCause() : e, logFolder);
        } catch (IOException | RuntimeException e) {
            guarded.mute();
            closeAfter(node, e);
            throw failure(e, logFolder);
        } catch (Error e) {
            guarded.mute();
            closeAfter(node, e); // else it holds its port, and no other can be opened
            throw e;
        }
        return node;
    }

    /** Ratis looks too, but says it in a hundred lines. */
    private static void requireRoom(Path logFolder) throws IOException {
        Files.createDirectories(logFolder);
        if (Files.getFileStore(logFolder).getUsableSpace() < RatisTuning.FREE_MEGABYTES_MIN << 20) {
            throw noRoom(logFolder, null);
        }
    }

    private static IOException noRoom(Path logFolder, @Nullable Throwable cause) {
        return new IOException(
                "fewer than " + RatisTuning.FREE_MEGABYTES_MIN + " MB are free in " + logFolder
                        + " (expected: at least as many)",
                cause);
    }

    private static IOException failure(Throwable thrown, Path logFolder) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof NewerVersionException newer) {
                return newer;
            }
        }
        DamagedLogException damage = DamagedLogException.find(thrown);
        if (damage != null) {
            return damage;
        }
        if (String.valueOf(thrown.getMessage()).endsWith("NO_SPACE")) {
            return noRoom(logFolder, thrown);
        }
        return thrown instanceof IOException plain ? plain : new IOException(String.valueOf(thrown), thrown);
    }

    private static void closeAfter(RatisNode node, Throwable failure) {
        try {
            node.close();
        } catch (RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
    }

    /** Adds the group to a server that was started without one. Blocks until it is there. */
    public void add(Group added) throws IOException {
        RaftGroup ratisGroup = ratisGroup(added, id);
        RaftClientReply reply =
                server.groupManagement(GroupManagementRequest.newAdd(client, self, nextCallId(), ratisGroup, false));
        if (!reply.isSuccess()) {
            throw new IOException("cannot open the log of cluster " + added.id() + ": " + reply.getException());
        }
        opened(ratisGroup.getGroupId());
    }

    private void opened(RaftGroupId id) throws IOException {
        RaftServer.Division open = server.getDivision(id);
        RatisGroup now = new RatisGroup(this.id, open);
        TermIndex last = now.ask(RaftLog::getLastEntryTermIndex);
        SnapshotInfo snapshot = open.getStateMachine().getLatestSnapshot();
        if (last != null && snapshot != null && last.getIndex() < snapshot.getIndex() && Workaround.WHOLE_LOGS.used()) {
            // Ratis would go on, refuse each append for the gap, and stay behind for as long as it runs.
            throw DamagedLogException.endsEarly(last.getIndex(), snapshot.getIndex());
        }
        opened = now;
        messages.opened(() -> open.getInfo().getCurrentTerm());
    }

    private RaftServer.@Nullable Division division() {
        RatisGroup now = opened;
        return now == null ? null : now.division();
    }

    private @Nullable RaftGroupId group() {
        RaftServer.Division open = division();
        return open == null ? null : open.getMemberId().getGroupId();
    }

    /** How it stands, or null if it belongs to no group. */
    public @Nullable NodeView view() {
        RatisGroup now = opened;
        return now == null ? null : now.view();
    }

    /**
     * The last log index that each follower has told this leader in its term to be on its disk; nothing if it does not
     * lead, or while the followers change.
     */
    public Map<RaftId, Long> acknowledged() {
        RatisGroup now = opened;
        return now == null ? Map.of() : now.acknowledged();
    }

    /**
     * The followers that this leader has sent its whole log, and that have not said that it is on their disks; none if
     * it does not lead.
     */
    public Set<RaftId> owing() {
        RatisGroup now = opened;
        return now == null ? Set.of() : now.owing();
    }

    /** The last entry of the log or, if that is empty, of the snapshot; null if there is neither. */
    public @Nullable LastEntry lastEntry() {
        RatisGroup now = opened;
        return now == null ? null : now.lastEntry();
    }

    /** The term of the entry at that index; -1 if the log does not have it. */
    public long term(long index) {
        RatisGroup now = opened;
        return now == null ? -1 : now.term(index);
    }

    /** Null if there is no log, or it is closed. */
    public @Nullable LogEnd logEnd() {
        RatisGroup now = opened;
        return now == null ? null : now.logEnd();
    }

    /** On a leader: notes that its members, learners too, are no newcomers any more. */
    public void noteMembers() {
        RaftServer.Division open = division();
        if (open != null && Workaround.CAUGHT_UP_LEARNERS.used()) {
            CaughtUp.note(open);
        }
    }

    /** Whether Ratis itself closed this node's part in the group. */
    public boolean closed() {
        RaftServer.Division open = division();
        return server.getLifeCycleState().isClosingOrClosed()
                || (open != null && !open.getInfo().isAlive());
    }

    /** What the log says of an entry. */
    public record Applied(long index, ByteBuffer answer) {}

    /** The next call's id, for {@link #submit}. */
    public long nextCallId() {
        return callIds.incrementAndGet();
    }

    /**
     * Submits an entry on the leader. Completes once it is committed and applied here; fails with {@link
     * SubmitException}.
     *
     * @param callId from {@link #nextCallId}; comes back in {@link MachineEvents#transactionStarted} once it may be in
     *     the log
     */
    public CompletableFuture<Applied> submit(long callId, byte[] entry) {
        RaftGroupId to = group();
        if (to == null) {
            return CompletableFuture.failedFuture(
                    new SubmitException(SubmitException.Kind.NOT_LEADER, "this node belongs to no cluster", null));
        }
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(self)
                .setGroupId(to)
                .setCallId(callId)
                .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(entry)))
                .setType(RaftClientRequest.writeRequestType())
                .build();
        return entries.enter(() -> server.submitClientRequestAsync(request)).handle(SubmitReplies::toApplied);
    }

    /** Has a snapshot written soon, if the state has changed since the last one. Returns at once. */
    public void takeSnapshot() {
        RaftGroupId in = group();
        if (in != null) {
            // Completes within the timeout, or fails: nobody waits for it. What came of it is told by the state
            // machine.
            var unused = changes.enter(() -> server.snapshotManagementAsync(
                    SnapshotManagementRequest.newCreate(client, self, in, nextCallId(), SNAPSHOT_TIMEOUT_MILLIS, 1)));
        }
    }

    /**
     * Removes what is left of snapshots of the leader that could not be taken. Ratis keeps each attempt until the
     * process ends, which fills a disk. Leaves alone what was written to within a minute. Reads from disk.
     */
    public void removeUnfinishedSnapshots() throws IOException {
        RaftGroupId in = group();
        if (in != null && Workaround.SNAPSHOT_PAUSES.used()) {
            Leftovers.remove(logFolder.resolve(in.getUuid().toString()).resolve("tmp"), UNFINISHED_AGE);
        }
    }

    /** Gives leadership up, to nobody. Works without a quorum, within some 50 ms. */
    public CompletableFuture<Void> stepDown() {
        return transfer(null, Duration.ofSeconds(1));
    }

    /** Hands leadership over to {@code heir}, or to nobody. Fails with {@link ChangeException} if it stays here. */
    public CompletableFuture<Void> transfer(@Nullable RaftId heir, Duration timeout) {
        RaftGroupId in = group();
        if (in == null) {
            return CompletableFuture.failedFuture(ChangeReplies.noGroup());
        }
        RaftPeerId to = heir == null ? null : peerId(heir);
        return changes.enter(() -> server.transferLeadershipAsync(
                        new TransferLeadershipRequest(client, self, in, nextCallId(), to, timeout.toMillis())))
                .handle(ChangeReplies::toDone);
    }

    /**
     * Replaces the members, if they still are who the caller thinks. Newcomers are brought up to date first, and vote
     * then, unless they are learners. On the leader; one change at a time. Fails with {@link ChangeException}.
     */
    public CompletableFuture<Void> changeMembers(List<Seat> before, List<Seat> after) {
        RaftGroupId in = group();
        if (in == null) {
            return CompletableFuture.failedFuture(ChangeReplies.noGroup());
        }
        SetConfigurationRequest.Arguments arguments = SetConfigurationRequest.Arguments.newBuilder()
                .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET) // so that two operators cannot undo each other
                .setServersInCurrentConf(peers(before, false))
                .setListenersInCurrentConf(peers(before, true))
                .setServersInNewConf(peers(after, false))
                .setListenersInNewConf(peers(after, true))
                .build();
        return changes.enter(() -> server.setConfigurationAsync(
                        new SetConfigurationRequest(client, self, in, nextCallId(), arguments)))
                .handle(ChangeReplies::toDone);
    }

    /**
     * Stands for election at once, as if {@code leader} had asked for it. Only for a leader that is known to be dead:
     * the others do not ask whether they still hear it.
     *
     * @return false if this node does not follow that leader in that term any more, or if its log is busy
     */
    public boolean standForElection(RaftId leader, long term) throws IOException {
        RatisGroup now = opened;
        if (now == null || now.division().getInfo().getCurrentTerm() != term) {
            return false;
        }
        TermIndex last = now.ask(RaftLog::getLastEntryTermIndex);
        StartLeaderElectionRequestProto request = StartLeaderElectionRequestProto.newBuilder()
                .setServerRequest(rpcRequest(now.division(), peerId(leader), self))
                .setLeaderLastEntry(TermIndex.valueOf(term, last == null ? 0 : last.getIndex())
                        .toProto())
                .build();
        LogLock log = messages.lock();
        if (!log.acquire()) {
            return false;
        }
        try {
            return server.startLeaderElection(request).getServerReply().getSuccess();
        } finally {
            log.release();
        }
    }

    private RaftRpcRequestProto rpcRequest(RaftServer.Division open, RaftPeerId from, RaftPeerId to) {
        return RaftRpcRequestProto.newBuilder()
                .setRequestorId(from.toByteString())
                .setReplyId(to.toByteString())
                .setRaftGroupId(RaftGroupIdProto.newBuilder()
                        .setId(open.getMemberId().getGroupId().toByteString()))
                .setCallId(nextCallId())
                .build();
    }

    /**
     * Drops the connections to a peer, so that the next message opens new ones. Channels do so by themselves, but only
     * after TCP's back-off, which after a long cut takes tens of seconds. May block for seconds.
     */
    public void resetConnections(RaftId peer) {
        if (server.getServerRpc() instanceof RaftServerRpcWithProxy<?, ?> rpc && Workaround.NEW_CONNECTIONS.used()) {
            PeerChannels.reset(rpc, peerId(peer));
        }
    }

    /** Opens the connections to a peer, unless they are open or are being opened. Does not wait for them. */
    public void connect(RaftId peer) {
        if (server.getServerRpc() instanceof RaftServerRpcWithProxy<?, ?> rpc) {
            PeerChannels.connect(rpc, peerId(peer));
        }
    }

    /** Ends the connections to one that is no member any more. Blocks for milliseconds. */
    public void endConnections(RaftId departed) {
        if (server.getServerRpc() instanceof RaftServerRpcWithProxy<?, ?> rpc) {
            PeerChannels.end(rpc, peerId(departed));
        }
    }

    /** Whether the connections to a voter were made with TLS and it speaks without by now, or the other way round. */
    public boolean speaksOtherwise(Seat voter) {
        return dials.outdated(voter.id().toString(), voter.address());
    }

    /** Blocks until it is closed, less than half a second as a rule. */
    @Override
    public void close() {
        entries.close();
        changes.close();
        try (LogWorkerEnd hastened = LogWorkerEnd.hasten(self.toString());
                server) {
            endConnections();
        } catch (IOException | RuntimeException e) {
            throw new CompletionException("closing the consensus part failed", e);
        }
    }

    /**
     * Ratis would end one after the other and wait three seconds for each on which a peer, frozen or gone, owes an
     * answer. And it would close the log first, which takes a second, in which whatever a leader sends fails there,
     * with a stack trace for each.
     */
    private void endConnections() throws IOException {
        RaftServer.Division open = division();
        if (open != null
                && server.getServerRpc() instanceof RaftServerRpcWithProxy<?, ?> rpc
                && Workaround.QUICK_CLOSE.used()) {
            if (open.getInfo().isLeader()) {
                open.close(); // else those who append to the peers would start again
            }
            for (RaftPeerRole role : List.of(RaftPeerRole.FOLLOWER, RaftPeerRole.LISTENER)) {
                for (RaftPeer peer : open.getRaftConf().getAllPeers(role)) {
                    if (!peer.getId().equals(self)) {
                        PeerChannels.end(rpc, peer.getId());
                    }
                }
            }
            rpc.close();
        }
    }

    private static RaftGroup ratisGroup(Group group, RaftId self) {
        List<RaftPeer> first = new ArrayList<>();
        group.voters().forEach((voter, address) -> first.add(peer(new Seat(voter, address, Seat.LOW))));
        HostPort learner = group.learner();
        if (learner != null) {
            first.add(RaftPeer.newBuilder(peer(new Seat(self, learner, Seat.LOW, true)))
                    .setStartupRole(RaftPeerRole.LISTENER)
                    .build());
        }
        return RaftGroup.valueOf(RaftGroupId.valueOf(group.id()), first);
    }

    private static List<RaftPeer> peers(List<Seat> seats, boolean learners) {
        return seats.stream()
                .filter(seat -> seat.learner() == learners)
                .map(RatisNode::peer)
                .toList();
    }

    private static RaftPeer peer(Seat seat) {
        return RaftPeer.newBuilder()
                .setId(peerId(seat.id()))
                .setAddress(seat.address().toString())
                .setPriority(seat.priority())
                .build();
    }

    private static RaftPeerId peerId(RaftId id) {
        return RaftPeerId.valueOf(id.toString());
    }
}
