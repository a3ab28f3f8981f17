package io.weldr.leader.vip;

import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.port.ClusterStatus.Voter;
import io.weldr.core.port.LeaderDuty;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.Measurement.Counter;
import io.weldr.core.port.Measurement.Gauge;
import io.weldr.core.port.MetricSource;
import io.weldr.core.port.StatusSource;
import io.weldr.core.port.VirtualIpStatus;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the virtual IP addresses of the cluster while this node is the acting leader, and runs the hooks. One for each
 * node, also where it is passive: a leader elsewhere asks it through {@link #cede}.
 *
 * <p>Thread safe; no method but {@link #open} and {@link #close} blocks. Everything happens on one thread of its own.
 */
public final class VirtualIps implements LeaderDuty, MetricSource, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VirtualIps.class);

    /** Fine enough for the renewals of the shortest lifetime, 125 ms apart, and for the first announcements. */
    private static final Duration TICK = Duration.ofMillis(50);

    /** How long the leader of a later term waits for the answer. */
    private static final Duration CEDE_MAX = Duration.ofMillis(Rivals.ANSWER_MILLIS_MAX);

    /** As long as nobody can take over, that is worth a line now and then. */
    private static final Duration SAY_NOBODY_EVERY = Duration.ofMinutes(1);

    private final VirtualIpSettings settings;
    private final StatusSource status;
    private final Rivals rivals;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread created = new Thread(task, "weldr-vip");
        created.setDaemon(true);
        return created;
    });
    private final ExecutorService programThreads;

    // Confined to the thread.
    private final Holding holding;
    private final AddressKeeper keeper;
    private final Announcer announcer;
    private final HookRunner hooks;
    private final LeadersSeen leaders;

    private final TermGate terms;

    private final ScheduledFuture<?> ticking;

    // Confined to the thread.
    private final LinkWatch linkWatch = new LinkWatch(System.nanoTime());
    private final Links links;
    private final Successors successors;
    private boolean looking; // a look at the interfaces is under way
    private long linksLookedNanos = System.nanoTime() - LinkWatch.LOOK_EVERY.toNanos();
    private long turnedNanos = System.nanoTime();
    private boolean asking; // the other members are asked, or one of them is to take over
    private boolean nobodyElse; // no other member could hold the addresses when they were asked last
    private long saidNobodyNanos = System.nanoTime() - SAY_NOBODY_EVERY.toNanos();
    private int offers;
    private @Nullable String saidTrouble;

    private volatile @Nullable String trouble;
    private volatile boolean canHold;
    private final AtomicLong gaveWay = new AtomicLong();

    private volatile long wantedTerm; // set first, so that nothing is renewed after stop() has returned
    private volatile boolean holds;
    private volatile long shownNanos; // when the kernel last showed the addresses after a renewal
    private final AtomicLong takeOvers = new AtomicLong();

    /** Something that must hold at start does not. The message has one line for each. */
    public static final class CannotHoldException extends Exception {
        private static final long serialVersionUID = 1;

        CannotHoldException(List<String> problems) {
            super(String.join(System.lineSeparator(), problems));
        }
    }

    /**
     * Checks that this machine can hold the addresses, removes what an earlier run left, runs the hook for passive, and
     * waits for leadership. Blocks for as long as a few programs take.
     *
     * @param status what this node knows of leadership. {@code acting} must be worked out when it is asked for: true
     *     in a process that was paused would add an address that another node has been given
     * @param successors who take over when clients cannot reach this node
     * @param electionTimeout the least time after which a silent leader is replaced; the same on all members, as is the
     *     lifetime
     * @throws CannotHoldException if it cannot
     */
    public static VirtualIps open(
            VirtualIpSettings settings,
            MemberId self,
            StatusSource status,
            Rivals rivals,
            Successors successors,
            Duration electionTimeout)
            throws CannotHoldException {
        ExecutorService programThreads = programThreads();
        Processes processes = new OsProcesses(programThreads);
        Packets packets = new PacketSocket();
        StartChecks.Result checked = check(settings, processes, packets, true);
        Programs programs = checked.programs();
        if (programs == null || !checked.problems().isEmpty()) {
            programThreads.shutdown();
            throw new CannotHoldException(checked.problems());
        }
        return new VirtualIps(
                settings,
                self,
                status,
                rivals,
                successors,
                electionTimeout,
                programs,
                processes,
                packets,
                programThreads);
    }

    /**
     * The same checks, before anything is started and without changing anything: what an earlier run left may as well
     * be what another process holds.
     *
     * @throws CannotHoldException if {@link #open} would
     */
    public static void check(VirtualIpSettings settings) throws CannotHoldException {
        ExecutorService programThreads = programThreads();
        try {
            StartChecks.Result checked = check(settings, new OsProcesses(programThreads), new PacketSocket(), false);
            if (!checked.problems().isEmpty()) {
                throw new CannotHoldException(checked.problems());
            }
        } finally {
            programThreads.shutdown();
        }
    }

    private static StartChecks.Result check(
            VirtualIpSettings settings, Processes processes, Packets packets, boolean removing) {
        return StartChecks.run(
                settings,
                processes,
                packets,
                System.getProperty("os.name", ""),
                System.getenv().getOrDefault("PATH", ""),
                removing);
    }

    private static ExecutorService programThreads() {
        return Executors.newCachedThreadPool(task -> {
            Thread created = new Thread(task, "weldr-vip-program");
            created.setDaemon(true);
            return created;
        });
    }

    private VirtualIps(
            VirtualIpSettings settings,
            MemberId self,
            StatusSource status,
            Rivals rivals,
            Successors successors,
            Duration electionTimeout,
            Programs programs,
            Processes processes,
            Packets packets,
            ExecutorService programThreads) {
        this.settings = settings;
        this.status = status;
        this.rivals = rivals;
        this.successors = successors;
        links = new SysfsLinks(SysfsLinks.SYSFS, PacketSocket::indexOrZero);
        this.programThreads = programThreads;
        holding = new Holding(new RealHands(), settings, electionTimeout);
        keeper = new AddressKeeper(
                settings,
                programs,
                processes,
                this::later,
                System::nanoTime,
                this::confirmed,
                () -> holding.renewalLost(System.nanoTime()),
                this::looked);
        announcer = new Announcer(settings.addresses(), packets, programThreads, System::nanoTime);
        hooks = new HookRunner(settings, self, processes, this::later);
        leaders = new LeadersSeen(Holding.longestHold(settings.lifetime(), electionTimeout));
        terms = new TermGate(status, this::later);
        later(() -> hooks.turn(false, 0));
        // Fixed delay: after a pause nobody wants the ticks that were missed.
        ticking = thread.scheduleWithFixedDelay(this::tick, 0, TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void start(long term) {
        wantedTerm = term;
        later(() -> {
            if (wantedTerm == term) {
                holding.start(term, view(status.status()), System.nanoTime());
            }
        });
    }

    /**
     * Changes nothing: an address is renewed only while leadership is proved at that instant, and the kernel's lifetime
     * is counted from the last renewal, whatever happens here. So a pause that costs no leadership costs no address
     * either.
     */
    @Override
    public void suspend() {}

    @Override
    public void stop() {
        wantedTerm = 0;
        later(() -> {
            if (wantedTerm == 0) {
                holding.stop(view(status.status()), System.nanoTime());
            }
        });
    }

    /**
     * Whether clients would reach the addresses here if this node led: each interface passes packets, and has for some
     * seconds. Any thread.
     */
    public boolean canHold() {
        return canHold;
    }

    /** Why clients do not reach the addresses here, for people; null if nothing stands in the way. Any thread. */
    public @Nullable String trouble() {
        return trouble;
    }

    private void confirmed() {
        long nowNanos = System.nanoTime();
        shownNanos = nowNanos;
        holding.confirmed(nowNanos);
    }

    /** The addresses, as they are held. Null: there are none, only hooks. Any thread. */
    public @Nullable VirtualIpStatus virtualIpStatus() {
        if (settings.addresses().isEmpty()) {
            return null;
        }
        boolean active = holds;
        long shown = shownNanos;
        Duration left = active && shown != 0 ? settings.lifetime().minusNanos(System.nanoTime() - shown) : null;
        return new VirtualIpStatus(
                settings.addresses().stream().map(VirtualIp::cidr).toList(),
                active,
                settings.lifetime(),
                left == null || left.isNegative() ? null : left);
    }

    /** Whether this node is active: it holds the addresses, if there are any, or is about to. */
    public boolean active() {
        return holds;
    }

    /**
     * The leader of {@code laterTerm}, another member, wants the addresses. To be called when it asks; returns at once.
     * A term that Raft has not told this node of is refused: nothing is given up and nothing is remembered.
     *
     * @return completes with true once no address is here any more, and none will be for an earlier term; with false if
     *     this node leads in that term or a later one, does not hear of that term in time, or could not let go in time
     */
    public CompletionStage<Boolean> cede(long laterTerm) {
        if (laterTerm <= 0) {
            return CompletableFuture.completedFuture(false);
        }
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        later(() -> {
            if (givesWayToAnybody()) {
                keeper.released().thenRun(() -> answer.complete(true));
            } else {
                terms.reached(laterTerm)
                        .thenAccept(reached -> later(() -> {
                            if (reached && holding.cede(laterTerm)) {
                                keeper.released().thenRun(() -> answer.complete(true));
                            } else {
                                answer.complete(false);
                            }
                        }));
            }
        });
        return answer.completeOnTimeout(false, CEDE_MAX.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Whether any leader may be told that nothing is here, though this node cannot know its term: this node has
     * retired, or its Raft part is closed. In the latter case it lets go, also of what it holds on without a majority.
     * After the Raft part opens again, it can only be elected in terms later than that of every leader that a majority
     * has followed.
     */
    private boolean givesWayToAnybody() {
        Role role = status.status().role();
        boolean outside = role == Role.WAITING || role == Role.CLOSED || role == Role.REMOVED;
        return outside ? holding.concede() : holding.retired() && !holding.active();
    }

    /**
     * Lets go of the addresses and does not hold them again: the first step of a graceful stop, before leadership is
     * handed over.
     *
     * @return completes when they are gone
     */
    public CompletionStage<Void> retire() {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        later(() -> {
            holding.retire();
            keeper.released().thenRun(() -> gone.complete(null));
        });
        return gone;
    }

    /** Retires, and waits until the addresses are gone and the hooks have run. Calls after the first do nothing. */
    @Override
    public void close() {
        if (thread.isShutdown()) {
            return;
        }
        CompletableFuture<Void> done = retire().toCompletableFuture().thenCompose(gone -> {
            CompletableFuture<Void> idle = new CompletableFuture<>();
            later(() -> hooks.idle().thenRun(() -> idle.complete(null)));
            return idle;
        });
        // Two runs at the most: the one that is under way, and the one for passive.
        Duration most = settings.hooks()
                .timeout()
                .multipliedBy(2)
                .plus(settings.lifetime())
                .plusSeconds(2);
        try {
            done.get(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("Virtual IP: not closed within {}", most, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ticking.cancel(false);
        thread.shutdown();
        programThreads.shutdown();
    }

    @Override
    public List<Measurement> measure() {
        return List.of(
                new Gauge(
                        "virtual_ip_active",
                        "1 while this node holds the virtual IP addresses.",
                        Map.of(),
                        holds ? 1 : 0),
                new Gauge(
                        "virtual_ip_interface_up",
                        "1 while the interfaces of the virtual IP addresses on this node pass packets.",
                        Map.of(),
                        trouble == null ? 1 : 0),
                new Counter(
                        "virtual_ip_leadership_given_way",
                        "Times that this node handed leadership over because clients could not reach the virtual IP here.",
                        Map.of(),
                        gaveWay.get()),
                new Counter("virtual_ip_take_overs", "Times that this node became active.", Map.of(), takeOvers.get()),
                new Counter("hook_failures", "Hooks that failed or took too long.", Map.of(), hooks.failures()));
    }

    /**
     * The keeper may renew now. Whether it still should is decided anew: this process may have been paused since it was
     * asked to.
     */
    private void looked() {
        holding.renewalLost(System.nanoTime());
        tick();
    }

    private void tick() {
        try {
            ClusterStatus now = status.status();
            leaders.observe(now, System.nanoTime());
            holding.tick(view(now), System.nanoTime());
            if (!settings.addresses().isEmpty()) {
                watchLinks(now, System.nanoTime());
            }
        } catch (RuntimeException | AssertionError e) {
            // A periodic task that throws is never run again; the kernel's lifetime is the answer to what went wrong.
            LOG.error("Virtual IP: a tick failed", e);
        }
    }

    private void watchLinks(ClusterStatus now, long nowNanos) {
        if (!looking && nowNanos - linksLookedNanos >= LinkWatch.LOOK_EVERY.toNanos()) {
            looking = true;
            linksLookedNanos = nowNanos;
            // A renewal or two may still be missing before.
            boolean held = holding.active()
                    && nowNanos - turnedNanos >= settings.lifetime().toNanos();
            try {
                programThreads.execute(() -> {
                    String fault = fault(held);
                    later(() -> {
                        looking = false;
                        linkWatch.looked(fault, System.nanoTime());
                    });
                });
            } catch (RejectedExecutionException e) {
                LOG.debug("Virtual IP: closed meanwhile");
            }
        }
        String wrong = linkWatch.trouble(nowNanos);
        sayTrouble(wrong, nowNanos);
        canHold = linkWatch.canHold(nowNanos);
        if (holding.active() && view(now).provedTerm() != 0 && !asking && linkWatch.shouldAsk(nowNanos)) {
            asking = true;
            askSuccessors(now);
        }
    }

    /** Any thread. */
    private @Nullable String fault(boolean held) {
        try {
            for (VirtualIp address : settings.addresses()) {
                String fault = links.fault(address, held);
                if (fault != null) {
                    return fault;
                }
            }
        } catch (RuntimeException | Error e) {
            LOG.error("Virtual IP: the look at its interfaces failed", e); // which tells nothing of them
        }
        return null;
    }

    private void sayTrouble(@Nullable String wrong, long nowNanos) {
        if (!Objects.equals(wrong, saidTrouble)) {
            saidTrouble = wrong;
            if (wrong == null) {
                LOG.info("Virtual IP: its interfaces pass packets again");
            } else {
                LOG.warn("Virtual IP: {}: clients do not reach it on this node", wrong);
                saidNobodyNanos = nowNanos - SAY_NOBODY_EVERY.toNanos();
            }
        }
        nobodyElse &= wrong != null && holding.active();
        trouble = wrong == null
                ? null
                : "virtual IP: " + wrong
                        + (nobodyElse ? "; no other member can hold the address, so it stays on this node" : "");
    }

    /**
     * Looks for a member that clients can reach, and has it lead. A witness, or a node without these settings, cannot
     * hold them.
     */
    private void askSuccessors(ClusterStatus now) {
        List<MemberId> others = now.voters().stream()
                .map(Voter::id)
                .filter(id -> !id.equals(now.self()))
                .toList();
        List<CompletableFuture<Boolean>> answers = others.stream()
                .map(id -> asked(() -> successors.canHold(id))
                        .copy()
                        .completeOnTimeout(false, Successors.ANSWER_MILLIS_MAX, TimeUnit.MILLISECONDS)
                        .exceptionally(failure -> false))
                .toList();
        var unused = CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenRun(() -> later(() -> answered(IntStream.range(0, others.size())
                        .filter(i -> answers.get(i).join())
                        .mapToObj(others::get)
                        .toList())));
    }

    private void answered(List<MemberId> able) {
        long nowNanos = System.nanoTime();
        String wrong = linkWatch.trouble(nowNanos);
        nobodyElse = able.isEmpty();
        if (wrong == null || able.isEmpty() || !holding.active()) {
            asking = false;
            if (wrong != null && able.isEmpty() && nowNanos - saidNobodyNanos >= SAY_NOBODY_EVERY.toNanos()) {
                saidNobodyNanos = nowNanos;
                LOG.warn("Virtual IP: {}, and no other member can hold it: it stays on this node", wrong);
            }
            return;
        }
        MemberId heir = able.get(offers++ % able.size()); // the next one if the last did not take it
        LOG.warn("Virtual IP: {}: handing leadership to {}, whose interfaces pass packets", wrong, heir);
        var unused = asked(() -> successors.handOver(heir)).whenComplete((moved, failure) -> {
            boolean given = Boolean.TRUE.equals(moved);
            if (given) {
                gaveWay.incrementAndGet();
            } else {
                LOG.warn("Virtual IP: leadership was not handed to {}", heir, failure);
            }
            later(() -> {
                asking = false;
                if (given) {
                    linkWatch.gaveWay(System.nanoTime());
                }
            });
        });
    }

    /** What cannot be asked, as while the consensus part opens again, is answered by the failure. */
    private static CompletableFuture<Boolean> asked(Supplier<CompletionStage<Boolean>> question) {
        try {
            return question.get().toCompletableFuture();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Holding.View view(ClusterStatus now) {
        MemberId leader = now.leader();
        boolean proved = now.acting() && now.term() == wantedTerm;
        return new Holding.View(proved ? now.term() : 0, leader != null && !leader.equals(now.self()));
    }

    private void later(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("Virtual IP: closed meanwhile");
        }
    }

    private void later(Runnable task, Duration after) {
        try {
            var unused = thread.schedule(task, after.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("Virtual IP: closed meanwhile");
        }
    }

    /** What {@link Holding} decides, done. On the thread. */
    private final class RealHands implements Holding.Hands {
        @Override
        public void survey(long term) {
            ClusterStatus now = status.status();
            Set<MemberId> suspects = leaders.suspects(term, now, System.nanoTime());
            List<CompletableFuture<Boolean>> answers = suspects.stream()
                    .map(member -> rivals.ask(member, term)
                            .toCompletableFuture()
                            .copy()
                            .completeOnTimeout(
                                    Rivals.Standing.MAY_HOLD, Rivals.ANSWER_MILLIS_MAX, TimeUnit.MILLISECONDS)
                            .handle((standing, failure) -> failure == null && standing != Rivals.Standing.MAY_HOLD))
                    .toList();
            CompletionStage<Void> all = CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new));
            all.thenRun(() -> later(() -> {
                boolean nobodyHolds = answers.stream().allMatch(CompletableFuture::join);
                holding.surveyed(term, nobodyHolds, view(status.status()), System.nanoTime());
            }));
        }

        @Override
        public void renew() {
            keeper.renew();
        }

        @Override
        public void release() {
            keeper.release();
        }

        @Override
        public void announce() {
            announcer.announce();
        }

        @Override
        public void turned(boolean active, long term) {
            holds = active;
            turnedNanos = System.nanoTime();
            if (active) {
                takeOvers.incrementAndGet();
                LOG.info("Active, term {}: holding {}", term, settings.addresses());
            } else {
                LOG.info("Passive: let go of {}", settings.addresses());
            }
            hooks.turn(active, term);
        }
    }
}
