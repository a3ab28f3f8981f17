package io.weldr.raft;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.CommandGateway;
import io.weldr.core.port.Committed;
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
import io.weldr.raft.client.AppliedIndex;
import io.weldr.raft.client.Errands;
import io.weldr.raft.client.Gateway;
import io.weldr.raft.client.Leadership;
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
import io.weldr.raft.log.MachineEvents;
import io.weldr.raft.members.Changes;
import io.weldr.raft.members.MembershipGateway;
import io.weldr.raft.node.ConsensusPart;
import io.weldr.raft.node.DataFolder;
import io.weldr.raft.node.FollowerProgress;
import io.weldr.raft.node.Greeter;
import io.weldr.raft.node.Identity;
import io.weldr.raft.node.Life.Removal;
import io.weldr.raft.node.NodeLife;
import io.weldr.raft.node.Responder;
import io.weldr.raft.peer.MemberCaller;
import io.weldr.raft.peer.PeerLink;
import io.weldr.raft.peer.PeerPort;
import io.weldr.raft.peer.PeerSecurity;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.RatisNode;
import io.weldr.raft.ratis.RatisNode.LastEntry;
import io.weldr.raft.ratis.Seat;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's part in the cluster: the replicated state, the road down to it, and what only the leader does. Thread safe.
 * {@link #start} once, {@link #close} once; in between it never gives up, whatever happens to the disk or the network.
 *
 * <p>Loggers of {@code org.apache.ratis} are best kept at ERROR: what matters of the rest, weldr logs itself, one line
 * an event.
 */
public final class RaftCluster implements CommandGateway, StatusSource, MemberCalls, MetricSource, AutoCloseable {
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

    private final RaftSettings settings;
    private final AppliedIndex applied = new AppliedIndex();
    private final LeaderDuties duties;
    private final PeerSecurity security;
    private final PeerLink link;
    private final MemberCaller caller;
    private final AtomicReference<@Nullable MemberServer> answers = new AtomicReference<>();
    private final ScheduledExecutorService timer = scheduler("weldr-raft-timer");
    /** What may block: opening and closing Ratis, looking for the cluster. */
    private final ScheduledExecutorService control = scheduler("weldr-raft-control");
    /** What may block for a moment. */
    private final ScheduledExecutorService healing = scheduler("weldr-raft-healing");

    /** What must not wait for anything else. */
    private final ScheduledExecutorService successionThread = scheduler("weldr-raft-succession");
    /** What may block for seconds, each call on its own: ending connections that nothing comes from. */
    private final ExecutorService resetting = Executors.newCachedThreadPool(task -> daemon(task, "weldr-raft-reset"));

    private final ExecutorService callbacks =
            Executors.newFixedThreadPool(2, task -> daemon(task, "weldr-raft-callback"));
    private final ConsensusPart consensus;
    private final LocalLog log;
    private final Gateway gateway;
    private final VoterSettings voterSettings;
    private final Watchdog watchdog;
    private final Healer healer;
    private final Succession succession;
    private final HandOver handOver;
    private final GivingWay givingWay;
    private final Milestones milestones = new Milestones(LOG::info, LOG::warn);
    private final Announcer announcer;
    private final VersionRaise versionRaise;
    private final FollowerProgress progress;
    private final ReadyMembers readyMembers;
    private final Condition condition;
    private final Upkeep upkeep;
    private final Changes changes;
    private final MembershipGateway membership;
    private volatile @Nullable DataFolder folder;
    private volatile @Nullable NodeLife life;
    private final CompletableFuture<Farewell> farewell = new CompletableFuture<>();
    private volatile boolean stopping;
    private final AtomicBoolean ended = new AtomicBoolean(); // its part in the cluster
    private volatile boolean serves; // clients
    private boolean closed; // confined to whoever closes
    private final long createdNanos = System.nanoTime();
    private volatile long openedNanos = createdNanos; // when the consensus part had opened, once it has

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
        this.settings = settings;
        this.security = PeerSecurity.of(tls);
        this.link = new PeerLink(security);
        this.caller = new MemberCaller(security);
        this.duties = new LeaderDuties(duties);
        this.consensus = new ConsensusPart(settings, this::open, new Events(), control);
        this.log = new LocalLog(consensus::node);
        this.gateway = new Gateway(settings, this::leadership, applied, log, link, timer, callbacks, this::askedFor);
        this.voterSettings = new VoterSettings(this::askForTimeout);
        LeaderProof proof = new LeaderProof(settings.electionTimeoutMin(), voterSettings::millis);
        this.watchdog = new Watchdog(proof, consensus::node, this.duties, this::observed);
        Remedies remedies = new Remedies(consensus::node, gateway);
        this.healer = new Healer(
                remedies, resetting, settings.electionTimeoutMin(), settings.electionTimeoutMax(), System::nanoTime);
        this.handOver = new HandOver(consensus::node, settings.electionTimeoutMax());
        this.givingWay = new GivingWay(handOver::toWhoeverLacksLeast, remedies::stepDown);
        // Not less: on a machine that is starved for a moment it would depose leaders that live.
        this.succession = new Succession(
                this.link,
                successionThread,
                consensus::node,
                this::opinion,
                settings.electionTimeoutMax(),
                givingWay::resigning);
        this.progress = new FollowerProgress(
                settings.electionTimeoutMax().multipliedBy(SILENT_ELECTION_TIMEOUTS), System::nanoTime);
        this.readyMembers = new ReadyMembers(member -> require(life).greeter().ask(member), System::nanoTime);
        this.condition = new Condition(settings.self(), consensus, progress, givingWay, applied, new Seen());
        this.changes = new Changes(
                consensus::node, () -> require(life).greeter(), applied.state(), this::retire, timer, callbacks);
        this.upkeep = new Upkeep(
                consensus,
                healer,
                voterSettings,
                givingWay,
                progress,
                changes,
                () -> watchdog.moment(),
                this::lookForReadyMembers,
                new Reconnection(security, this::askHow, resetting),
                new StandingConnections(resetting, this::connect));
        this.membership = new MembershipGateway(
                changes,
                new Errands(settings.self(), this::leadership, applied.state(), timer, settings.requestDeadline()),
                link,
                timer,
                callbacks);
        this.announcer = new Announcer(
                settings.self(),
                gateway,
                applied,
                timer,
                () -> watchdog.moment().view());
        this.versionRaise = new VersionRaise(
                gateway,
                applied.state(),
                () -> watchdog.acting() ? watchdog.moment().view() : null,
                voterSettings::supports);
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
                        new PeerPort.Surroundings(security, consensus::departed, this::belongs, answers::get),
                        this::leaderHeardNanos,
                        this::leave),
                control);
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
        versionRaise.start(timer, applied.state());
        ours.begin();
        var unused = healing.scheduleWithFixedDelay(
                upkeep::look, HEAL_EVERY_MILLIS, HEAL_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Waits until what the disk knows to be committed is applied, so that nobody is served an empty pool meanwhile. */
    private void awaitDisk() {
        long deadline = System.nanoTime() + REPLAY_TIMEOUT.toNanos();
        NodeView view = consensus.view();
        while (view != null && applied.get() < view.commitIndex() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            view = consensus.view();
        }
        require(life).remember(view);
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
        return farewell.minimalCompletionStage();
    }

    /** Whether this node was taken out of its cluster. */
    public boolean removed() {
        return farewell.isDone();
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
            transferLeadership();
            handOver.awaitSettled();
        }
        succession.close();
        consensus.close();
    }

    /**
     * Whether {@link #state} is, or was at some time since the start, what a member holds. It is then something to go
     * on with whatever becomes of the log, also while this node is taken in anew: it is replaced by what is newer only.
     * Any thread.
     */
    public boolean holdsState() {
        return condition.holdsState();
    }

    /**
     * Whether this node has found out if its state is current: since its start it has had all that a leader had
     * committed, or it has had the time to hear of a leader. Until then its state is as old as its disk. Any thread.
     */
    public boolean comparedWithLeader() {
        return progress.age() != null
                || System.nanoTime() - openedNanos
                        > settings.electionTimeoutMax()
                                .multipliedBy(FIRST_LEADER_ELECTION_TIMEOUTS)
                                .toNanos();
    }

    /** The state as far as it is applied here. */
    public Published<ClusterState> state() {
        return applied.state();
    }

    /**
     * Tells the other members where this node is, now and whenever it changes, and again if they forget. To be called
     * when all listeners are bound, and again when something changed. Returns at once.
     *
     * @param rules what this node goes by when it admits commands, while it leads
     */
    public void announce(Member member, NodeRules rules) {
        serves = !member.witness();
        gateway.admitBy(rules);
        announcer.announce(member);
    }

    @Override
    public CompletionStage<Committed> submit(RequestId id, Command command, @Nullable Attribution by) {
        return gateway.submit(id, command, by);
    }

    @Override
    public CompletionStage<ClusterState> linearizable() {
        return gateway.linearizable();
    }

    @Override
    public CompletionStage<ClusterState> applied(long index) {
        return gateway.applied(index);
    }

    @Override
    public CompletionStage<byte[]> answer(byte[] message) {
        CompletionStage<byte[]> answer = membership.answer(message);
        return answer != null ? answer : gateway.answer(message);
    }

    /** Who belongs to the cluster, and changes of it. */
    public Membership membership() {
        return membership;
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

    private @Nullable Attribution askedFor(MemberId newcomer) {
        return changes.askedFor(newcomer);
    }

    @Override
    public ClusterStatus status() {
        return condition.status();
    }

    /**
     * Why clients are better sent to another member, which is known to be ready: this node cannot write, or lags
     * behind. Null if not, also if no other member is known to be ready: then this node is better than none. Any
     * thread; never blocks.
     */
    public @Nullable String outdone() {
        String why = condition.handicap();
        return why != null && readyMembers.known() ? why : null;
    }

    /** Whether nothing speaks against sending clients here. */
    private boolean serving() {
        return serves
                && !stopping
                && !givingWay.resigning()
                && !removed()
                && condition.holdsState()
                && comparedWithLeader()
                && condition.handicap() == null;
    }

    @Override
    public List<Measurement> measure() {
        return RaftMeasurements.of(
                status(),
                applied.state().get().version(),
                gateway,
                healer.resets(),
                condition.highestTerm(),
                watchdog.acting() ? 0 : progress.lag(applied.get()));
    }

    /**
     * Hands leadership over to another member, if this node leads: duties stop first, then another one is elected.
     * Blocks until it is done, for some two seconds at most.
     *
     * @return whether this node leads no more
     */
    public boolean transferLeadership() {
        return handOver.toWhoeverLacksLeast(null);
    }

    /**
     * Hands leadership over as {@link #transferLeadership} does, and for good: this node goes on voting until it is
     * closed, but stands for election after the others, and hands on what it gets all the same. For a node that has
     * begun to stop: what leaders do is over there.
     *
     * @return whether this node leads no more
     */
    public boolean resign() {
        return givingWay.resign();
    }

    /**
     * Hands leadership over to {@code heir}, if this node leads. Returns at once; completes within some two seconds.
     *
     * @return whether this node leads no more; fails with the reason if it still does
     */
    public CompletionStage<Boolean> handOver(MemberId heir) {
        return handOver.to(heir);
    }

    /**
     * Whether the process of that member died a moment ago, as leader of this node. A port that refuses connections is no
     * proof of that. Any thread.
     */
    public boolean died(MemberId member) {
        return succession.died(member);
    }

    /** Stops the duties, hands leadership over and closes everything, within some ten seconds. Never fails. */
    @Override
    public void close() {
        close(true);
    }

    /** As if the process died, as far as that can be had from within; for tests. */
    void kill() {
        close(false);
    }

    private void close(boolean handsOver) {
        if (closed) {
            return;
        }
        closed = true;
        stopping = true;
        NodeLife ours = life;
        if (ours != null) {
            ours.close();
        }
        control.shutdownNow();
        healing.shutdownNow();
        successionThread.shutdownNow();
        resetting.shutdownNow();
        endPart(handsOver);
        link.close();
        caller.close();
        gateway.close();
        timer.shutdownNow();
        callbacks.shutdown();
        DataFolder opened = folder;
        if (opened != null) {
            try {
                opened.close();
            } catch (IOException e) {
                LOG.warn("Closing the data folder", e);
            }
        }
    }

    private RatisNode open(MachineEvents events) throws IOException {
        return require(life).open(events);
    }

    private static <T> T require(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("not started");
        }
        return value;
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
        return require(life)
                .greeter()
                .ask(voter)
                .thenApply(answer ->
                        new VoterSettings.Said(answer.id(), answer.electionTimeoutMinMillis(), answer.supports()));
    }

    /** Whatever it answers, whether it speaks TLS is known then. */
    private void askHow(HostPort voter) {
        var unused = require(life).greeter().ask(voter);
    }

    private void connect(HostPort voter) {
        link.connect(voter);
        caller.connect(voter);
    }

    private CompletableFuture<Succession.Opinion> opinion(HostPort voter) {
        return require(life)
                .greeter()
                .ask(voter)
                .thenApply(answer -> new Succession.Opinion(answer.id(), answer.term(), answer.gone(), answer.last()));
    }

    private Leadership leadership() {
        Farewell last = farewell.getNow(null);
        if (last != null || stopping) {
            return new Leadership(
                    false, null, null, Duration.ZERO, last != null ? last.line() : "this node is stopping");
        }
        if (consensus.node() == null) {
            String why = consensus.trouble();
            return new Leadership(
                    false, null, null, Duration.ZERO, why != null ? why : "the consensus part is not open");
        }
        Moment moment = watchdog.moment();
        NodeView view = moment.view();
        if (moment.hasLeader(settings.self())) {
            return new Leadership(
                    watchdog.writable(),
                    view == null ? null : view.leadingMember(),
                    leaderAddress(view),
                    Duration.ZERO,
                    null);
        }
        return new Leadership(
                false,
                view == null ? null : view.leadingMember(),
                leaderAddress(view),
                Duration.ofNanos(Math.max(0, System.nanoTime() - leaderHeardNanos())),
                null);
    }

    private static @Nullable HostPort leaderAddress(@Nullable NodeView view) {
        MemberId leader = view == null ? null : view.leadingMember();
        Seat seat = view == null || leader == null ? null : view.seat(leader);
        return seat == null ? null : seat.address();
    }

    /** By whom other members are asked. Any thread. */
    public MemberPort memberPort() {
        return caller;
    }

    /** Has what other members ask at the Raft port answered from now on. */
    public void answerMembers(MemberServer server) {
        answers.set(server);
    }

    /** Whether a node of that name is a member, as this node's own log says. A node without a log believes each. */
    private boolean belongs(MemberId name) {
        NodeView view = consensus.view();
        return view == null
                || view.members().isEmpty()
                || view.seat(name) != null
                || view.oldVoters().stream().anyMatch(id -> id.member().equals(name));
    }

    /** When this node last heard of a leader, or came to be. */
    private long leaderHeardNanos() {
        Long heard = watchdog.moment().leaderHeardNanos();
        return heard == null ? createdNanos : heard;
    }

    /** Members are asked only while this node has to know. */
    private void lookForReadyMembers() {
        NodeLife ours = life;
        UUID cluster = ours == null ? null : ours.cluster();
        if (ours != null && cluster != null && condition.handicap() != null) {
            readyMembers.look(cluster, ours.contacts());
        }
    }

    private final class Seen implements Condition.Seen {
        @Override
        public Moment moment() {
            return watchdog.moment();
        }

        @Override
        public boolean acting() {
            return watchdog.acting();
        }

        @Override
        public @Nullable NodeLife life() {
            return life;
        }

        @Override
        public @Nullable Farewell farewell() {
            return farewell.getNow(null);
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
            return changes.takeIn(id, address, again);
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

    /** Closes and opens the consensus part, as after a failure; for tests. */
    void restartConsensus(String why) {
        consensus.restart(why);
    }

    /**
     * Puts bytes into the log of this node, which leads, without looking at them, as a leader of a newer version might;
     * for tests.
     */
    void append(byte[] entry) {
        RatisNode node = require(consensus.node());
        var unused = node.submit(node.nextCallId(), entry);
    }

    /** Drops the connections to the other voters, as after a long silence; for tests. */
    void dropConnections() {
        for (Seat voter : require(watchdog.moment().view()).voters()) {
            if (!voter.id().member().equals(settings.self())) {
                require(consensus.node()).resetConnections(voter.id());
            }
        }
    }

    /** How far the folder is. */
    Identity.@Nullable Standing standing() {
        NodeLife ours = life;
        return ours == null ? null : ours.standing();
    }

    /** How Raft knows this node; for tests. */
    @Nullable RaftId raftId() {
        NodeLife ours = life;
        return ours == null ? null : ours.raftId();
    }

    private static ScheduledExecutorService scheduler(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> daemon(task, name));
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
