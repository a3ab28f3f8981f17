package io.weldr.raft;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.follow.FollowerProgress;
import io.weldr.raft.form.DataFolder;
import io.weldr.raft.form.Formation;
import io.weldr.raft.form.Greeter;
import io.weldr.raft.form.Identity;
import io.weldr.raft.form.LossWatch;
import io.weldr.raft.form.RemovalWatch;
import io.weldr.raft.form.RemovalWatch.Removal;
import io.weldr.raft.form.SetAside;
import io.weldr.raft.machine.MachineEvents;
import io.weldr.raft.peer.PeerPort;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.RatisNode;
import io.weldr.raft.ratis.Seat;
import io.weldr.raft.write.AppliedIndex;
import java.io.IOException;
import java.time.Duration;
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
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this node is a member. It looks for the cluster until it is one, and from then on watches whether it still is
 * what it takes itself for: not taken out, and with all that it has acknowledged. One for each opened data folder. What
 * may block runs on the control thread, one step after the other; everything else may be called from any thread.
 */
final class Belonging implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Belonging.class);

    private static final long STEP_MILLIS = 100;

    /** Between two looks of a member, at what takes seconds to come about. */
    private static final long WATCH_MILLIS = 250;

    private static final long ASK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How long a farewell may take from whoever took this node out. */
    private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long KEEP_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

    /**
     * How often a follower that refuses everything asks whether the cluster can do without its log, and says why not.
     */
    private static final long REFUSAL_ASK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** A log that was set aside and refuses everything is not set aside again so soon: it did not help. */
    private static final long SET_ASIDE_EVERY_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final RaftSettings settings;
    private final DataFolder folder;
    private final Surroundings around;
    private final ScheduledExecutorService control;
    private final Greeter greeter;
    private final Formation formation;
    private final Opening opening;
    private final RemovalWatch removals;
    private final LossWatch losses;
    private final SetAside setAside;

    private boolean formed; // confined to the control thread, on which consensus is opened, too, after the start
    private long askedNanos = System.nanoTime(); // confined to the control thread
    /** When the voters last had this node among them; confined to the control thread. */
    private long insideNanos = System.nanoTime();

    private volatile long votersIndex = -1; // of the voters that this node saw last
    private volatile List<HostPort> voterAddresses = List.of();
    private volatile @Nullable Map<RaftId, HostPort> settledVoters;
    private long settledIndex = -1; // confined to whoever remembers
    private long keptNanos = System.nanoTime() - KEEP_EVERY_NANOS; // confined to the control thread
    private long refusalNanos = System.nanoTime() - REFUSAL_ASK_EVERY_NANOS; // confined to the control thread
    private volatile long setAsideNanos = System.nanoTime() - SET_ASIDE_EVERY_NANOS;
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
    record Surroundings(
            ConsensusPart consensus,
            AppliedIndex applied,
            FollowerProgress progress,
            PeerPort.Surroundings port,
            Supplier<Long> leaderHeardNanos,
            Consumer<Removal> left) {}

    /** @param folder is closed by whoever opened it */
    Belonging(
            RaftSettings settings,
            DataFolder folder,
            Greeter greeter,
            Formation.Host host,
            Surroundings around,
            ScheduledExecutorService control) {
        this.settings = settings;
        this.folder = folder;
        this.around = around;
        this.control = control;
        this.greeter = greeter;
        this.removals = new RemovalWatch(folder, greeter);
        this.losses = new LossWatch(greeter);
        this.formation = new Formation(settings, folder, greeter, removals, host);
        this.opening = new Opening(settings, folder, formation, around.progress(), around.port(), new Others());
        this.setAside = new SetAside(greeter);
    }

    /** Opens Ratis on what the folder holds. */
    RatisNode open(MachineEvents events) throws IOException {
        return opening.open(events);
    }

    /** For whoever has something to ask another member. */
    Greeter greeter() {
        return greeter;
    }

    /** That this node was taken out, if it knows. */
    @Nullable Removal removal() {
        return removals.removal();
    }

    /**
     * Asks the members whether this node was taken out while it was down. Blocks for {@link Greeter#ANSWER_TIMEOUT} at
     * most.
     */
    @Nullable Removal askWhetherRemoved() throws IOException {
        return removals.ask(contacts(), votersIndex) ? removals.removal() : null;
    }

    /** What it waits for, for people; null if for nothing. */
    @Nullable String waitingFor() {
        return formation.waitingFor();
    }

    RaftId raftId() {
        return folder.identity().raftId();
    }

    Identity.Standing standing() {
        return folder.identity().standing();
    }

    /** The cluster that this node belongs to or waits for; null if there is none. */
    @Nullable UUID cluster() {
        return folder.identity().group();
    }

    /** Starts to look for the cluster. Returns at once. */
    void begin() {
        later(this::form, 0);
    }

    /** Keeps in mind where the voters are. */
    void remember(@Nullable NodeView view) {
        if (view != null && view.configurationIndex() >= 0) {
            votersIndex = view.configurationIndex();
            voterAddresses = view.voters().stream().map(Seat::address).toList();
            if (view.settled() && view.votes() && view.configurationIndex() != settledIndex) {
                settledIndex = view.configurationIndex();
                settledVoters = view.voters().stream().collect(Collectors.toUnmodifiableMap(Seat::id, Seat::address));
            }
        }
    }

    /** What to ask members for a log that is to be set aside. */
    private final class Others implements Opening.Cluster {
        @Override
        public boolean known() {
            return settings.contacts() != null || settings.peers().size() > 1 || folder.knowsOthers();
        }

        @Override
        public @Nullable String obstacle() {
            return setAside.obstacle(folder.identity(), everyContact());
        }

        @Override
        public void joinAnew() {
            setAsideNanos = System.nanoTime();
            Belonging.this.joinAnew();
        }
    }

    /** Where members may be, also as the disk and the settings tell. Blocks for some seconds at most. */
    private Collection<HostPort> everyContact() {
        Set<HostPort> all = new LinkedHashSet<>(contacts());
        all.addAll(folder.knownVoters().values());
        RaftSettings.Contacts given = settings.contacts();
        if (given != null) {
            try {
                all.addAll(given.raftAddresses());
            } catch (IOException e) {
                LOG.debug("No member known by the settings", e);
            }
        }
        all.remove(settings.advertised());
        return all;
    }

    /** Where members are, or were when this node last heard of them. */
    Collection<HostPort> contacts() {
        Set<HostPort> all = new LinkedHashSet<>(voterAddresses);
        around.applied().state().get().members().values().forEach(member -> all.add(member.raft()));
        all.addAll(settings.peers().values());
        all.remove(settings.advertised());
        return all;
    }

    /** This node is no member any more: it goes through formation again. */
    private void joinAnew() {
        if (formed) {
            formed = false;
            around.applied().disown();
            later(this::form, 0);
        }
    }

    private void form() {
        if (closed) {
            return;
        }
        boolean done = false;
        try {
            if (around.consensus().node() != null) {
                done = formation.step();
            }
        } catch (Throwable e) { // an Error too, as when no thread can be had: it would end the search for ever
            LOG.error("Cannot continue to look for the cluster: {}", e.getMessage(), e);
        }
        formed = done;
        if (done) {
            around.applied().settle();
        }
        later(done ? this::watch : this::form, STEP_MILLIS);
    }

    private void watch() {
        if (closed || !formed) {
            return; // once it is formed anew, this begins anew
        }
        keepVoters();
        watchForLoss();
        watchForRefusal();
        if (watchForRemoval()) {
            later(this::watch, WATCH_MILLIS);
        }
    }

    /** Writes down where the others are: should the log be damaged, they are asked for everything. */
    private void keepVoters() {
        Map<RaftId, HostPort> voters = settledVoters;
        if (voters != null && System.nanoTime() - keptNanos > KEEP_EVERY_NANOS) {
            try {
                folder.sawVoters(voters);
            } catch (IOException e) {
                keptNanos = System.nanoTime(); // as on a full disk
                LOG.debug("The voters cannot be written down yet", e);
            }
        }
    }

    /**
     * Sets the log aside if it has refused, for long, what the leader sends: it then holds a committed entry that the
     * leader does not have, and can never go on. A follower whose disk is slow answers late, and one that is being sent
     * a snapshot takes its parts: both are no refusal.
     */
    private void watchForRefusal() {
        RatisNode node = around.consensus().node();
        Duration stuck = around.progress().stuck();
        long now = System.nanoTime();
        if (node == null || stuck == null || now - refusalNanos < REFUSAL_ASK_EVERY_NANOS) {
            return;
        }
        refusalNanos = now;
        try {
            NodeView view = node.view();
            if (view == null || !view.running() || view.role() != NodeView.Role.FOLLOWER || view.leader() == null) {
                return;
            }
            String why = "its log refuses everything that the leader, " + view.leadingMember() + ", sends, since "
                    + stuck.toSeconds() + " s";
            if (now - setAsideNanos < SET_ASIDE_EVERY_NANOS) {
                return; // It did not help a moment ago.
            }
            String obstacle = setAside.obstacle(folder.identity(), everyContact());
            if (obstacle != null) {
                LOG.warn("This node cannot continue: {}. It keeps the log: {}", why, obstacle);
                return;
            }
            opening.distrust(why, true);
            around.consensus().restart(why);
        } catch (Throwable e) { // as for the search
            LOG.error("Cannot find out whether the log can be gone on with: {}", e.getMessage(), e);
        }
    }

    /** Asks each new leader whether it has seen more of this node's log than there is. */
    private void watchForLoss() {
        RatisNode node = around.consensus().node();
        try {
            String loss = node == null ? null : losses.look(node, System.nanoTime());
            if (loss != null) {
                opening.distrust(loss, false);
                around.consensus().restart(loss);
            }
        } catch (Throwable e) { // as for the search
            LOG.error("Cannot find out whether the log is whole: {}", e.getMessage(), e);
        }
    }

    /**
     * Looks whether the leader said farewell, and asks others if no leader speaks to this node any more, or if this
     * node is none of those who vote: a leader of Ratis' that was elected in the middle of the change goes on speaking
     * to whom the change took out.
     *
     * @return whether to look again
     */
    private boolean watchForRemoval() {
        try {
            long now = System.nanoTime();
            boolean deaf = now - around.leaderHeardNanos().get()
                    > 3 * settings.electionTimeoutMax().toNanos();
            boolean out = removals.settle();
            if (!outside()) {
                insideNanos = now;
            }
            // The log says it first, the leader a moment later, who also knows for how long to go on.
            boolean unsaid = now - insideNanos > FAREWELL_NANOS;
            if (!out && (deaf || unsaid) && now - askedNanos > ASK_EVERY_NANOS) {
                askedNanos = now;
                out = removals.ask(contacts(), votersIndex);
            }
            Removal removal = removals.removal();
            if (out && removal != null) {
                around.left().accept(removal);
                return false;
            }
        } catch (Throwable e) { // as for the search
            LOG.error("Cannot find out whether this node is a member: {}", e.getMessage(), e);
        }
        return true;
    }

    /** Whether the voters that this node knows of are without it. They may be of long ago. */
    private boolean outside() {
        RatisNode node = around.consensus().node();
        NodeView view = node == null ? null : node.view();
        return view != null
                && view.settled()
                && view.voters().stream().noneMatch(seat -> seat.id().equals(view.self()));
    }

    private void later(Runnable step, long millis) {
        if (closed) {
            return;
        }
        try {
            var unused = control.schedule(step, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("Closing", e);
        }
    }

    /** No further step begins. Returns at once. */
    @Override
    public void close() {
        closed = true;
    }
}
