package io.weldr.raft;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.LeaderDuty;
import io.weldr.core.port.MemberLink;
import io.weldr.core.port.MemberServer;
import io.weldr.core.port.MemberTls;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.MemberId;
import io.weldr.raft.RaftCluster.Farewell;
import io.weldr.raft.client.AppliedIndex;
import io.weldr.raft.client.Errands;
import io.weldr.raft.client.Gateway;
import io.weldr.raft.client.LocalLog;
import io.weldr.raft.leader.GivingWay;
import io.weldr.raft.leader.HandOver;
import io.weldr.raft.leader.Healer;
import io.weldr.raft.leader.LeaderDuties;
import io.weldr.raft.leader.LeaderProof;
import io.weldr.raft.leader.Milestones;
import io.weldr.raft.leader.Succession;
import io.weldr.raft.leader.VoterSettings;
import io.weldr.raft.leader.Watchdog;
import io.weldr.raft.leader.Watchdog.Moment;
import io.weldr.raft.members.Changes;
import io.weldr.raft.members.Housekeeping;
import io.weldr.raft.members.JoinRequests;
import io.weldr.raft.members.MembershipGateway;
import io.weldr.raft.node.ConsensusPart;
import io.weldr.raft.node.DataFolder;
import io.weldr.raft.node.FollowerProgress;
import io.weldr.raft.node.Greeter;
import io.weldr.raft.node.Life.Removal;
import io.weldr.raft.node.NodeLife;
import io.weldr.raft.node.ReadyMembers;
import io.weldr.raft.node.Responder;
import io.weldr.raft.peer.MemberCaller;
import io.weldr.raft.peer.PeerLink;
import io.weldr.raft.peer.PeerPort;
import io.weldr.raft.peer.PeerSecurity;
import io.weldr.raft.ratis.LastEntry;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.RatisNode;
import io.weldr.raft.ratis.Reconnection;
import io.weldr.raft.ratis.StandingConnections;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of a node's part in the cluster, how they hang together, and how they begin and end. {@link RaftCluster} is
 * what others see of it.
 */
final class Assembly implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RaftCluster.class);

    /** Replaying takes a second for some hundred thousand entries, and there are never so many. */
    private static final Duration REPLAY_TIMEOUT = Duration.ofSeconds(10);

    private static final long HEAL_EVERY_MILLIS = 250;

    /**
     * A leader that was not heard for so many election timeouts is taken for gone: another one would have been elected
     * by then.
     */
    private static final int SILENT_ELECTION_TIMEOUTS = 5;

    /** A node that has started hears of a leader within so many election timeouts, or the cluster has none. */
    private static final int FIRST_LEADER_ELECTION_TIMEOUTS = 2;

    final RaftSettings settings;
    private final Threads threads = Threads.start();
    final AppliedIndex applied = new AppliedIndex();
    private final PeerSecurity security;
    private final PeerLink link;
    final MemberCaller caller;
    final AtomicReference<@Nullable MemberServer> memberServer = new AtomicReference<>();
    private final LeaderDuties duties;
    final ConsensusPart consensus;
    private final LocalLog log;
    private final VoterSettings voterSettings;
    private final Watchdog watchdog;
    final Leading leading;
    final Gateway gateway;
    final Healer healer;
    final HandOver handOver;
    final GivingWay givingWay;
    final Succession succession;
    final FollowerProgress progress;
    final ReadyMembers readyMembers;
    final Condition condition;
    private final Changes changes;
    private final JoinRequests joinRequests;
    final MembershipGateway membership;
    private final Upkeep upkeep;
    final Announcer announcer;
    private final VersionRaise versionRaise;
    final CompletableFuture<Farewell> farewell = new CompletableFuture<>();
    private final Milestones milestones = new Milestones(LOG::info, LOG::warn);
    private final AtomicBoolean ended = new AtomicBoolean(); // its part in the cluster
    private volatile @Nullable DataFolder folder;
    private volatile @Nullable NodeLife life;
    private volatile boolean stopping;
    private boolean closed; // confined to whoever closes
    private volatile long openedNanos = System.nanoTime(); // when the consensus part had opened, once it has
    volatile boolean serves; // clients

    Assembly(RaftSettings settings, MemberLink link, List<LeaderDuty> duties, Supplier<@Nullable MemberTls> tls) {
        this.settings = settings;
        this.security = PeerSecurity.of(tls);
        this.link = new PeerLink(security);
        this.caller = new MemberCaller(security);
        this.duties = new LeaderDuties(duties);
        this.consensus = new ConsensusPart(settings, events -> life().open(events), new Events(), threads.control());
        this.log = new LocalLog(consensus::node);
        this.voterSettings = new VoterSettings(this::askForTimeout);
        LeaderProof proof = new LeaderProof(settings.electionTimeoutMin(), voterSettings::millis);
        this.watchdog = new Watchdog(proof, consensus::node, this.duties, this::observed);
        this.leading = new Leading(settings.self(), consensus, watchdog, this::end);
        this.gateway = new Gateway(
                settings,
                leading::leadership,
                applied,
                log,
                link,
                threads.timer(),
                threads.callbacks(),
                newcomer -> changes().askedFor(newcomer));
        Remedies remedies = new Remedies(consensus::node, gateway);
        this.healer = new Healer(
                remedies,
                threads.resetting(),
                settings.electionTimeoutMin(),
                settings.electionTimeoutMax(),
                System::nanoTime);
        this.handOver = new HandOver(consensus::node, settings.electionTimeoutMax());
        this.givingWay = new GivingWay(handOver::toWhoeverLacksLeast, remedies::stepDown);
        // Not less: on a machine that is starved for a moment it would depose leaders that live.
        this.succession = new Succession(
                this.link,
                threads.succession(),
                consensus::node,
                this::opinion,
                settings.electionTimeoutMax(),
                givingWay::resigning);
        this.progress = new FollowerProgress(
                settings.electionTimeoutMax().multipliedBy(SILENT_ELECTION_TIMEOUTS), System::nanoTime);
        this.readyMembers = new ReadyMembers(member -> greeter().ask(member), System::nanoTime);
        this.condition = new Condition(
                settings.self(), consensus, progress, givingWay, applied, leading, () -> life, this::farewell);
        this.changes = new Changes(
                consensus::node, this::greeter, applied.state(), this::retire, threads.timer(), threads.callbacks());
        this.joinRequests = new JoinRequests(changes);
        this.upkeep = new Upkeep(
                consensus,
                healer,
                voterSettings,
                givingWay,
                progress,
                new Housekeeping(
                        settings.deadMembers(),
                        applied.state(),
                        watchdog::acting,
                        member -> retire(member, null),
                        changes),
                watchdog::moment,
                this::lookForReadyMembers,
                new Reconnection(security, this::askHow, threads.resetting()),
                new StandingConnections(threads.resetting(), this::connect));
        this.membership = new MembershipGateway(
                changes,
                new Errands(
                        settings.self(),
                        leading::leadership,
                        applied.state(),
                        threads.timer(),
                        settings.requestDeadline()),
                link,
                threads.timer(),
                threads.callbacks());
        this.announcer = new Announcer(
                settings.self(),
                gateway,
                applied,
                threads.timer(),
                () -> watchdog.moment().view());
        this.versionRaise = new VersionRaise(gateway, applied.state(), leading::actingView, voterSettings::supports);
    }

    private Changes changes() {
        return changes;
    }

    /** The life of this node. Fails before the start. */
    NodeLife life() {
        NodeLife now = life;
        if (now == null) {
            throw new IllegalStateException("not started");
        }
        return now;
    }

    private Greeter greeter() {
        return life().greeter();
    }

    /** That this node was taken out of its cluster; null if it was not. */
    @Nullable Farewell farewell() {
        return farewell.getNow(null);
    }

    private @Nullable String end() {
        Farewell last = farewell();
        return last != null ? last.line() : stopping ? "this node is stopping" : null;
    }

    /** See {@link RaftCluster#start}. */
    void start() throws IOException {
        DataFolder opened = DataFolder.open(settings.dataFolder(), settings.self());
        folder = opened;
        NodeLife ours = new NodeLife(
                settings,
                opened,
                new Greeter(settings, opened, link),
                new Answers(),
                new NodeLife.Surroundings(
                        consensus,
                        applied,
                        progress,
                        new PeerPort.Surroundings(security, consensus::departed, this::belongs, memberServer::get),
                        leading::leaderHeardNanos,
                        this::leave),
                threads.control());
        life = ours;
        Removal removal = ours.removal();
        if (removal != null) {
            leave(removal);
            return;
        }
        try {
            consensus.start();
            awaitDisk();
            // One that was taken out while it was down is told before it serves anybody.
            removal = ours.askWhetherRemoved();
            if (removal != null) {
                leave(removal);
                return;
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
        openedNanos = System.nanoTime();
        watchdog.start();
        versionRaise.start(threads.timer(), applied.state());
        ours.begin();
        var unused = threads.healing()
                .scheduleWithFixedDelay(upkeep::look, HEAL_EVERY_MILLIS, HEAL_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Waits until what the disk knows to be committed is applied, so that nobody is served an empty pool meanwhile. */
    private void awaitDisk() {
        long deadline = System.nanoTime() + REPLAY_TIMEOUT.toNanos();
        NodeView view = consensus.view();
        while (view != null && applied.get() < view.commitIndex() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            view = consensus.view();
        }
        life().remember(view);
    }

    private void leave(Removal removal) {
        Farewell last = new Farewell(
                "node " + settings.self() + " was removed from cluster " + removal.cluster()
                        + " (to let it join again, empty its data folder, "
                        + settings.dataFolder().toAbsolutePath().normalize() + ")",
                removal.drain());
        LOG.info("{}", last.line());
        stopping = true; // of everything that this node did as a member
        endPart(false);
        farewell.complete(last);
    }

    /** Ends all that this node does as a member, once. Blocks for some seconds at most. */
    private void endPart(boolean handsOver) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        announcer.close();
        versionRaise.close();
        watchdog.close(); // so that it does not start the duties again
        duties.close();
        if (handsOver) {
            handOver.toWhoeverLacksLeast(null);
            handOver.awaitSettled();
        }
        succession.close();
        consensus.close();
    }

    /** See {@link RaftCluster#comparedWithLeader}. */
    boolean comparedWithLeader() {
        return progress.age() != null
                || System.nanoTime() - openedNanos
                        > settings.electionTimeoutMax()
                                .multipliedBy(FIRST_LEADER_ELECTION_TIMEOUTS)
                                .toNanos();
    }

    private void retire(MemberId member, @Nullable Attribution by) {
        gateway.submit(
                        new RequestId("retire-" + member + "-" + UUID.randomUUID()),
                        new Command.RetireMember(member, Clock.systemUTC().instant()),
                        by)
                .whenComplete((committed, failure) -> {
                    if (failure != null) {
                        LOG.debug("{} is not forgotten yet: {}", member, failure.toString());
                    }
                });
    }

    /** Whether nothing speaks against sending clients here. */
    private boolean serving() {
        return serves
                && !stopping
                && !givingWay.resigning()
                && farewell() == null
                && condition.holdsState()
                && comparedWithLeader()
                && condition.handicap() == null;
    }

    /** See {@link RaftCluster#close()}. */
    @Override
    public void close() {
        close(true);
    }

    void close(boolean handsOver) {
        if (closed) {
            return;
        }
        closed = true;
        stopping = true;
        NodeLife ours = life;
        if (ours != null) {
            ours.close();
        }
        threads.endMember();
        endPart(handsOver);
        link.close();
        caller.close();
        gateway.close();
        threads.end();
        DataFolder opened = folder;
        if (opened != null) {
            try {
                opened.close();
            } catch (IOException e) {
                LOG.warn("Closing the data folder", e);
            }
        }
    }

    private void observed(Moment moment) {
        NodeView view = moment.view();
        condition.observe(moment);
        if (view != null) {
            givingWay.observed(view);
            milestones.observe(view, condition.behind(), moment.atNanos());
        }
        NodeLife ours = life;
        if (ours != null) {
            ours.remember(view);
        }
        if (!stopping) {
            succession.follow(view);
        }
    }

    private CompletableFuture<VoterSettings.Said> askForTimeout(HostPort voter) {
        return greeter()
                .ask(voter)
                .thenApply(answer ->
                        new VoterSettings.Said(answer.id(), answer.electionTimeoutMinMillis(), answer.supports()));
    }

    /** Whatever it answers, whether it speaks TLS is known then. */
    private void askHow(HostPort voter) {
        var unused = greeter().ask(voter);
    }

    private void connect(HostPort voter) {
        link.connect(voter);
        caller.connect(voter);
    }

    private CompletableFuture<Succession.Opinion> opinion(HostPort voter) {
        return greeter()
                .ask(voter)
                .thenApply(answer -> new Succession.Opinion(answer.id(), answer.term(), answer.gone(), answer.last()));
    }

    /** Whether a node of that name is a member, as this node's own log says. A node without a log believes each. */
    private boolean belongs(MemberId name) {
        NodeView view = consensus.view();
        return view == null
                || view.members().isEmpty()
                || view.seat(name) != null
                || view.oldVoters().stream().anyMatch(id -> id.member().equals(name));
    }

    /** Members are asked only while this node has to know. */
    private void lookForReadyMembers() {
        NodeLife ours = life;
        UUID cluster = ours == null ? null : ours.cluster();
        if (ours != null && cluster != null && condition.handicap() != null) {
            readyMembers.look(cluster, ours.contacts());
        }
    }

    /** What other nodes are told of this one. */
    private final class Answers implements Responder.Host {
        @Override
        public @Nullable NodeView view() {
            return consensus.view();
        }

        @Override
        public @Nullable RaftId gone() {
            return succession.gone();
        }

        @Override
        public @Nullable LastEntry last() {
            RatisNode node = consensus.node();
            return node == null ? null : node.lastEntry();
        }

        @Override
        public @Nullable Long acknowledged(RaftId follower) {
            RatisNode node = consensus.node();
            return node == null ? null : node.acknowledged().get(follower);
        }

        @Override
        public boolean leading() {
            return watchdog.acting();
        }

        @Override
        public boolean behind() {
            return condition.behind() != null;
        }

        @Override
        public boolean ready() {
            return serving();
        }

        @Override
        public String takeIn(RaftId id, HostPort address, boolean again) {
            return joinRequests.takeIn(id, address, again);
        }
    }

    private final class Events implements ConsensusPart.Listener {
        @Override
        public void applied(ClusterState state, long index) {
            applied.advance(state, index);
        }

        @Override
        public void transactionStarted(long callId) {
            log.transactionStarted(callId);
        }

        @Override
        public void leadershipMoved() {
            watchdog.wake();
        }
    }
}
