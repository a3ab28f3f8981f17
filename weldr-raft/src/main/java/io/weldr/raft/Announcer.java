package io.weldr.raft;

import io.weldr.core.port.CommandGateway;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.Command;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.raft.client.AppliedIndex;
import io.weldr.raft.ratis.NodeView;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what the cluster knows of this node equal to what it says of itself, for as long as it is a member. */
final class Announcer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);

    /** A follower cannot forward a write before the leader has announced itself, so this is worth some haste. */
    private static final long LOOK_EVERY_MILLIS = 100;

    /** Once it is announced: the state that holds it may be given up with its log. */
    private static final long LOOK_AGAIN_EVERY_MILLIS = 1000;

    private final MemberId self;
    private final CommandGateway gateway;
    private final AppliedIndex applied;
    private final ScheduledExecutorService timer;
    private final Supplier<@Nullable NodeView> view;
    private final Clock clock = Clock.systemUTC();
    private volatile @Nullable Member wanted;
    private volatile boolean underWay;
    private volatile boolean closed;
    private boolean started; // guarded by this

    Announcer(
            MemberId self,
            CommandGateway gateway,
            AppliedIndex applied,
            ScheduledExecutorService timer,
            Supplier<@Nullable NodeView> view) {
        this.self = self;
        this.gateway = gateway;
        this.applied = applied;
        this.timer = timer;
        this.view = view;
    }

    void announce(Member member) {
        if (!member.id().equals(self)) {
            throw new IllegalArgumentException("member: " + member.id() + " (expected: " + self + ")");
        }
        wanted = member;
        synchronized (this) {
            if (!started) {
                started = true;
                timer.execute(this::look);
            }
        }
    }

    private void look() {
        boolean announced = false;
        try {
            announced = announceIfNeeded();
        } catch (RuntimeException | AssertionError e) {
            LOG.error("Announcing this node failed", e); // and goes on
        }
        try {
            var unused = timer.schedule(
                    this::look, announced ? LOOK_AGAIN_EVERY_MILLIS : LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("This node closes, and announces itself no more", e);
        }
    }

    /** Whether the state has it already. */
    private boolean announceIfNeeded() {
        Member member = wanted;
        NodeView now = view.get();
        if (member == null || underWay || closed || now == null || now.leader() == null || !now.belongs()) {
            return false;
        }
        if (member.equals(applied.state().get().members().get(self))) {
            return true;
        }
        underWay = true;
        gateway.submit(
                        new RequestId("announce-" + self + "-" + UUID.randomUUID()),
                        new Command.AnnounceMember(member, clock.instant()))
                .whenComplete((committed, failure) -> {
                    underWay = false;
                    if (failure != null) {
                        LOG.debug("Not announced yet: {}", failure.toString());
                    }
                });
        return false;
    }

    @Override
    public void close() {
        closed = true;
    }
}
