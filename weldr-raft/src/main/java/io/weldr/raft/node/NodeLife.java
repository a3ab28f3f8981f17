package io.weldr.raft.node;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import io.weldr.raft.RaftSettings;
import io.weldr.raft.client.AppliedIndex;
import io.weldr.raft.log.MachineEvents;
import io.weldr.raft.node.Life.Removal;
import io.weldr.raft.node.Life.Stage;
import io.weldr.raft.node.Step.Action;
import io.weldr.raft.node.Step.Found;
import io.weldr.raft.peer.ObservedPort;
import io.weldr.raft.peer.PeerPort;
import io.weldr.raft.ratis.DamagedLogException;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.RatisNode;
import io.weldr.raft.ratis.Seat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lives the life that {@link LifeCycle} tells: sees how things are, asks whom it wants asked, writes down what the node
 * is next, and does what is to be done. One for each opened data folder. Steps run on the control thread, one after the
 * other, and may block there; everything else may be called from any thread.
 */
public final class NodeLife implements ConsensusPart.Opener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeLife.class);

    private static final long STEP_MILLIS = 100;

    /** Between two steps of a member, which looks at what takes seconds to come about. */
    private static final long WATCH_MILLIS = 250;

    /** A step that leads to the next at once does so a few times in a row, and never for ever. */
    private static final int STEPS_AT_ONCE_MAX = 8;

    private static final long KEEP_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final RaftSettings settings;
    private final DataFolder folder;
    private final Surroundings around;
    private final ScheduledExecutorService control;
    private final Greeter greeter;
    private final Responder responder;
    private final LifeCycle cycle;

    private volatile Life life; // written by the thread that starts, then by the control thread alone
    private boolean opened; // confined to the thread that opens
    private boolean formed; // confined to the control thread: it has been a member since it began
    private volatile VotersSeen seen;
    private @Nullable Map<RaftId, HostPort> kept; // confined to the control thread
    private long keptNanos = System.nanoTime() - KEEP_EVERY_NANOS; // confined to the control thread
    private volatile boolean closed;

    /**
     * What it looks at.
     *
     * @param consensus the node's consensus part
     * @param applied the state, as far as it is applied here
     * @param progress how well it follows
     * @param port what the Raft port goes by
     * @param leaderHeardNanos when this node last heard of a leader, or when it was created
     * @param left to be told on the control thread when this node turns out to be no member any more
     */
    public record Surroundings(
            ConsensusPart consensus,
            AppliedIndex applied,
            FollowerProgress progress,
            PeerPort.Surroundings port,
            LongSupplier leaderHeardNanos,
            Consumer<Removal> left) {}

    /**
     * Who votes, as this node saw it last.
     *
     * @param index of the log; negative: it saw nobody yet
     * @param settled those that it last saw settled, or that the disk told
     */
    private record VotersSeen(long index, Set<HostPort> addresses, long settledIndex, Map<RaftId, HostPort> settled) {}

    /** @param folder is closed by whoever opened it */
    public NodeLife(
            RaftSettings settings,
            DataFolder folder,
            Greeter greeter,
            Responder.Host host,
            Surroundings around,
            ScheduledExecutorService control) {
        this.settings = settings;
        this.folder = folder;
        this.around = around;
        this.control = control;
        this.greeter = greeter;
        this.responder = new Responder(settings, folder::identity, host);
        this.cycle = new LifeCycle(settings);
        this.life = Life.of(folder.identity());
        this.seen = new VotersSeen(-1, Set.of(), -1, folder.knownVoters());
    }

    /** For whoever has something to ask another member. */
    public Greeter greeter() {
        return greeter;
    }

    /** That this node was taken out, if it knows. */
    public @Nullable Removal removal() {
        return life.removal();
    }

    /** What it waits for, for people; null if for nothing. */
    public @Nullable String waitingFor() {
        return life.waitingFor();
    }

    public RaftId raftId() {
        return folder.identity().raftId();
    }

    public Identity.Standing standing() {
        return folder.identity().standing();
    }

    /** The cluster that this node belongs to or waits for; null if there is none. */
    public @Nullable UUID cluster() {
        return folder.identity().group();
    }

    /** Where members are, or were when this node last heard of them. */
    public Set<HostPort> contacts() {
        Set<HostPort> all = new LinkedHashSet<>(seen.addresses());
        around.applied().state().get().members().values().forEach(member -> all.add(member.raft()));
        all.addAll(settings.peers().values());
        all.remove(settings.advertised());
        return all;
    }

    /** Keeps in mind where the voters are. Called by one thread. */
    public void remember(@Nullable NodeView view) {
        VotersSeen before = seen;
        if (view == null || view.configurationIndex() < 0 || view.configurationIndex() == before.settledIndex()) {
            return;
        }
        boolean settles = view.settled() && view.belongs();
        seen = new VotersSeen(
                view.configurationIndex(),
                view.voters().stream().map(Seat::address).collect(Collectors.toUnmodifiableSet()),
                settles ? view.configurationIndex() : before.settledIndex(),
                settles
                        ? view.voters().stream().collect(Collectors.toUnmodifiableMap(Seat::id, Seat::address))
                        : before.settled());
    }

    /**
     * Asks the members whether this node was taken out while it was down. Blocks for {@link Greeter#ANSWER_TIMEOUT} at
     * most. To be called before {@link #begin}.
     */
    public @Nullable Removal askWhetherRemoved() throws IOException {
        live(LifeCycle.atStart(life, situation()));
        return life.removal();
    }

    /** Starts to live. Returns at once. */
    public void begin() {
        later(0);
    }

    /** No further step begins. Returns at once. */
    @Override
    public void close() {
        closed = true;
    }

    private void later(long millis) {
        if (closed) {
            return;
        }
        try {
            var unused = control.schedule(this::step, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("Closing", e);
        }
    }

    private void step() {
        if (closed) {
            return;
        }
        try {
            boolean goesOn = true;
            for (int i = 0; i < STEPS_AT_ONCE_MAX && goesOn && !closed && life.stage() != Stage.BROKEN; i++) {
                goesOn = live(cycle.step(life, situation()));
            }
            if (!formed && life.stage() == Stage.MEMBER) {
                formed = true;
                around.applied().settle();
                forgetLogsAside();
            }
            keepVoters();
        } catch (Throwable e) { // an Error too, as when no thread can be had: it would end the life for ever
            LOG.error("Cannot find out how this node stands in its cluster: {}", e.getMessage(), e);
        }
        Removal removal = life.removal();
        if (removal != null) {
            around.left().accept(removal);
            return;
        }
        later(life.stage() == Stage.MEMBER ? WATCH_MILLIS : STEP_MILLIS);
    }

    private void forgetLogsAside() {
        try {
            folder.forgetLogsAside();
        } catch (IOException e) {
            LOG.warn("Old damaged logs cannot be removed: {}", e.toString());
        }
    }

    private Situation situation() {
        RatisNode node = around.consensus().node();
        VotersSeen voters = seen;
        return new Situation(
                System.nanoTime(),
                around.consensus().opening(),
                node == null ? null : node.view(),
                node == null ? null : node.lastEntry(),
                voters.index(),
                voters.settled(),
                contacts(),
                around.leaderHeardNanos().getAsLong(),
                around.progress().stuck(),
                responder.invitation(),
                responder.farewell());
    }

    /**
     * Lives a step to its end. Blocks for as long as those who are asked may take.
     *
     * @return whether the next step is due at once
     */
    private boolean live(Step first) throws IOException {
        Step now = first;
        while (true) {
            if (now instanceof Step.Ask ask) {
                now = ask.then().apply(greeter.askAll(ask.whom(), ask.wish()));
            } else if (now instanceof Step.Find find) {
                now = find.then().apply(find());
            } else if (now instanceof Step.Knock knock) {
                now = knock.then().apply(greeter.listens(knock.whom()));
            } else if (now instanceof Step.Look look) {
                now = look.then().apply(situation());
            } else if (now instanceof Step.Done done) {
                return end(done);
            }
        }
    }

    private Found find() {
        RaftSettings.Contacts contacts = settings.contacts();
        if (contacts == null) {
            return new Found(List.of(), "no member is known");
        }
        try {
            Collection<HostPort> members = contacts.raftAddresses();
            return new Found(members, null);
        } catch (IOException e) {
            return new Found(List.of(), String.valueOf(e.getMessage()));
        }
    }

    private boolean end(Step.Done done) throws IOException {
        Life before = life;
        Life next = done.life();
        boolean moved = !next.identity().equals(before.identity());
        if (moved) {
            folder.become(next.identity()); // before anything is done by it
        }
        life = next;
        String waitingFor = next.waitingFor();
        if (waitingFor != null && !waitingFor.equals(before.waitingFor()) && next.broken() == null) {
            LOG.info("Waiting for {}", waitingFor);
        }
        boolean acted = false;
        for (Action action : done.actions()) {
            acted |= act(action);
        }
        return (moved || acted) && life.removal() == null;
    }

    /** Returns whether the situation is another one now. */
    private boolean act(Action action) throws IOException {
        if (action instanceof Action.Open open) {
            return around.consensus().add(open.group());
        }
        if (action instanceof Action.Restart restart) {
            around.consensus().restart(restart.why());
        } else if (action instanceof Action.SetAside what) {
            setAside(what.why());
        } else if (action instanceof Action.Tell tell) {
            if (tell.warning()) {
                LOG.warn("{}", tell.line());
            } else {
                LOG.info("{}", tell.line());
            }
        }
        return false;
    }

    private void setAside(String why) throws IOException {
        Path aside = folder.setLogAside();
        LOG.error(
                "Data folder {}: {}. The log was moved to {}, which may be deleted once this node is a member again;"
                        + " it gets everything anew from the others, and has no vote until then",
                settings.dataFolder(),
                why,
                aside);
        joinAnew(life.watch().setAside(System.nanoTime()));
    }

    /** The folder is that of a node without a log. */
    private void joinAnew(MemberWatch.Memory watch) {
        life = life.become(folder.identity()).watching(watch);
        if (formed) {
            formed = false;
            around.applied().disown();
        }
    }

    /** Writes down where the others are: should the log be damaged, they are asked for everything. */
    private void keepVoters() {
        Map<RaftId, HostPort> voters = seen.settledIndex() < 0 ? null : seen.settled();
        if (voters == null || voters.equals(kept) || System.nanoTime() - keptNanos < KEEP_EVERY_NANOS) {
            return;
        }
        keptNanos = System.nanoTime();
        try {
            folder.sawVoters(voters);
            kept = voters;
        } catch (IOException e) { // as on a full disk
            LOG.debug("The voters cannot be written down yet", e);
        }
    }

    /**
     * Opens Ratis on what the data folder holds. A log that cannot be used is set aside and the node joins anew: as
     * after the loss of its disk it lacks entries that it once acknowledged, so it is a stranger to Raft until the
     * members have taken it in again. Ratis could be told to drop the damaged end instead, but then it would vote as if
     * it had everything. The log stays where it is, and closed, until the cluster can do without it.
     */
    @Override
    public RatisNode open(MachineEvents events) throws IOException {
        if (folder.lostLog()) {
            if (opened) {
                // Ratis would begin an empty one, and vote by it. It may be back in a moment, unlike at a start.
                throw new IOException("the log in " + folder.logFolder() + " is gone");
            }
            LOG.error("The log in {} is gone: joining anew", folder.logFolder());
            folder.joinAnew();
            joinAnew(life.watch());
        }
        opened = true;
        if (life.stage() != Stage.BROKEN) {
            try {
                return start(events);
            } catch (DamagedLogException e) {
                requireOthers(e);
                life = LifeCycle.damaged(life, String.valueOf(e.getMessage()), false);
            }
        }
        live(cycle.step(life, situation()));
        if (life.stage() == Stage.BROKEN) {
            throw new AwaitingClusterException(String.valueOf(life.waitingFor()));
        }
        return start(events);
    }

    private void requireOthers(DamagedLogException damage) throws IOException {
        if (settings.contacts() == null && settings.peers().size() <= 1 && !folder.knowsOthers()) {
            throw new IOException(
                    "data folder " + settings.dataFolder() + ": " + damage.getMessage()
                            + ". This node knows of no other member to get the state from. If there is one, start this node with"
                            + " --join and its address. If there is none, restore the folder from a copy, or empty it to start over"
                            + " with an empty pool",
                    damage);
        }
    }

    private RatisNode start(MachineEvents events) throws IOException {
        String self = folder.identity().raftId().toString();
        return RatisNode.start(
                settings,
                folder.identity().raftId(),
                folder.logFolder(),
                cycle.group(folder.identity()),
                events,
                around.port().security(),
                new ObservedPort(new PeerPort(self, this::answer, around.port()), self, around.progress()));
    }

    private byte[] answer(byte[] question, @Nullable MemberId caller) {
        return responder.answer(question, caller);
    }
}
