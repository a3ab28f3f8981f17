package io.weldr.raft;

import io.weldr.raft.form.DataFolder;
import io.weldr.raft.form.Formation;
import io.weldr.raft.machine.MachineEvents;
import io.weldr.raft.peer.AppendObserver;
import io.weldr.raft.peer.ObservedPort;
import io.weldr.raft.peer.PeerPort;
import io.weldr.raft.ratis.DamagedLogException;
import io.weldr.raft.ratis.RatisNode;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens Ratis on what the data folder holds. A log that cannot be used is set aside and the node joins anew: as after
 * the loss of its disk it lacks entries that it once acknowledged, so it is a stranger to Raft until the members have
 * taken it in again. Ratis could be told to drop the damaged end instead, but then it would vote as if it had
 * everything. The log stays where it is, and closed, until the cluster can do without it. Confined to the thread that
 * opens and closes.
 */
final class Opening implements ConsensusPart.Opener {
    private static final Logger LOG = LoggerFactory.getLogger(Opening.class);

    private final RaftSettings settings;
    private final DataFolder folder;
    private final Formation formation;
    private final AppendObserver observer;
    private final PeerPort.Surroundings port;
    private final Cluster cluster;
    private boolean opened;
    private @Nullable String damage;
    private boolean usable;

    /** The other members. */
    interface Cluster {
        /** Whether there is any other that this node knows of. Reads from disk. */
        boolean known();

        /**
         * Why it cannot do without the log of this node, for people; null if it can. Blocks for some seconds at most.
         */
        @Nullable String obstacle();

        /** This node is no member any more because of what was found. */
        void joinAnew();
    }

    Opening(
            RaftSettings settings,
            DataFolder folder,
            Formation formation,
            AppendObserver observer,
            PeerPort.Surroundings port,
            Cluster cluster) {
        this.settings = settings;
        this.folder = folder;
        this.formation = formation;
        this.observer = observer;
        this.port = port;
        this.cluster = cluster;
    }

    @Override
    public RatisNode open(MachineEvents events) throws IOException {
        if (opened && folder.lostLog()) {
            // Ratis would begin an empty one, and vote by it. It may be back in a moment, unlike at a start.
            throw new IOException("the log in " + folder.logFolder() + " is gone");
        }
        if (folder.lostLog()) {
            LOG.error("The log in {} is gone: joining anew", folder.logFolder());
            folder.joinAnew();
        }
        opened = true;
        if (damage == null) {
            try {
                return start(events);
            } catch (DamagedLogException e) {
                if (!cluster.known()) {
                    throw new IOException(
                            "data folder " + settings.dataFolder() + ": " + e.getMessage()
                                    + ". This node knows of no other member to get the state from. If there is one, start this node with"
                                    + " --join and its address. If there is none, restore the folder from a copy, or empty it to start over"
                                    + " with an empty pool",
                            e);
                }
                damage = String.valueOf(e.getMessage());
            }
        }
        try {
            setAside(damage);
        } catch (AwaitingClusterException e) {
            if (!usable) {
                throw e;
            }
            LOG.warn("The log is opened again as it is: {}", e.getMessage());
        }
        damage = null;
        usable = false;
        return start(events);
    }

    /**
     * The log can be read, but cannot be gone on with: it is set aside when it is opened next.
     *
     * @param votes whether this node may vote by it all the same. If so it is opened as it is should the cluster not be
     *     able to do without it by then
     */
    void distrust(String why, boolean votes) {
        damage = why;
        usable = votes;
    }

    private void setAside(String why) throws IOException {
        String obstacle = cluster.obstacle();
        if (obstacle != null) {
            throw new AwaitingClusterException(
                    why + ". This node gets everything anew from the other members once it can: " + obstacle);
        }
        Path aside = folder.setLogAside();
        LOG.error(
                "Data folder {}: {}. The log was moved to {}, which may be deleted; this node gets everything anew from"
                        + " the others, and has no vote until then",
                settings.dataFolder(),
                why,
                aside);
        cluster.joinAnew();
    }

    private RatisNode start(MachineEvents events) throws IOException {
        String self = folder.identity().raftId().toString();
        return RatisNode.start(
                settings,
                folder.identity().raftId(),
                folder.logFolder(),
                formation.group(),
                events,
                port.security(),
                new ObservedPort(new PeerPort(self, formation::answer, port), self, observer));
    }
}
