package io.weldr.raft;

import io.weldr.raft.leader.GivingWay;
import io.weldr.raft.leader.Healer;
import io.weldr.raft.leader.VoterSettings;
import io.weldr.raft.leader.Watchdog.Moment;
import io.weldr.raft.members.Housekeeping;
import io.weldr.raft.node.ConsensusPart;
import io.weldr.raft.node.FollowerProgress;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RatisNode;
import io.weldr.raft.ratis.Reconnection;
import io.weldr.raft.ratis.StandingConnections;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has to be looked after a few times a second, and may block for a moment. Confined to one thread. */
final class Upkeep {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    private static final int LOOKS_PER_TIDYING = 4;

    /** While a snapshot cannot be written; the attempts themselves are further apart. */
    private static final int LOOKS_PER_SNAPSHOT = 20;

    /** A trouble that lasts is written to the log this often. */
    private static final long SAY_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final ConsensusPart consensus;
    private final Healer healer;
    private final VoterSettings voterSettings;
    private final GivingWay givingWay;
    private final FollowerProgress progress;
    private final Housekeeping members;
    private final Supplier<Moment> moments;
    private final Runnable readyMembers;
    private final Reconnection reconnection;
    private final StandingConnections standing;
    private int looks;
    private @Nullable String snapshotFailureSaid;
    private long snapshotFailureSaidNanos;

    Upkeep(
            ConsensusPart consensus,
            Healer healer,
            VoterSettings voterSettings,
            GivingWay givingWay,
            FollowerProgress progress,
            Housekeeping members,
            Supplier<Moment> moments,
            Runnable readyMembers,
            Reconnection reconnection,
            StandingConnections standing) {
        this.consensus = consensus;
        this.healer = healer;
        this.voterSettings = voterSettings;
        this.givingWay = givingWay;
        this.progress = progress;
        this.members = members;
        this.moments = moments;
        this.readyMembers = readyMembers;
        this.reconnection = reconnection;
        this.standing = standing;
    }

    void look() {
        try {
            consensus.check();
            RatisNode node = consensus.node();
            if (node != null) {
                Moment moment = moments.get();
                healer.look(moment, node.owing());
                if (moment.view() != null) {
                    voterSettings.look(moment.view(), System.nanoTime());
                    reconnection.look(node, moment.view());
                    standing.look(node, moment.view());
                    if (moment.view().role() == NodeView.Role.LEADER) {
                        node.noteMembers();
                    }
                }
                givingWay.look(node.logEnd(), moment.view(), System.nanoTime());
            }
            readyMembers.run();
            looks++;
            if (looks % LOOKS_PER_TIDYING == 0) {
                members.tidyUp();
            }
            if (node != null && looks % LOOKS_PER_SNAPSHOT == 0) {
                lookAfterSnapshots(node);
            }
        } catch (Throwable e) { // the executor would drop it, and never look again
            LOG.error("Looking after the consensus part failed", e);
        }
    }

    private void lookAfterSnapshots(RatisNode node) {
        if (consensus.snapshotTrouble() != null) {
            node.takeSnapshot(); // A cluster without changes would not try again.
        }
        String failure = progress.snapshotFailure();
        if (failure != null) {
            try {
                node.removeUnfinishedSnapshots();
            } catch (IOException e) {
                LOG.debug("Unfinished snapshots cannot be removed yet", e);
            }
            if (!failure.equals(snapshotFailureSaid)
                    || System.nanoTime() - snapshotFailureSaidNanos >= SAY_EVERY_NANOS) {
                snapshotFailureSaidNanos = System.nanoTime();
                LOG.warn("Trouble with the disk: {}", failure);
            }
        }
        snapshotFailureSaid = failure;
    }
}
