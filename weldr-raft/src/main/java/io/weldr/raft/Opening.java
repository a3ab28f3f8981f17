package io.weldr.raft;

import io.weldr.raft.form.DataFolder;
import io.weldr.raft.form.Formation;
import io.weldr.raft.machine.MachineEvents;
import io.weldr.raft.peer.PeerPort;
import io.weldr.raft.ratis.DamagedLogException;
import io.weldr.raft.ratis.RatisNode;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens Ratis on what the data folder holds. A log that makes no sense is set aside and the node joins anew: as after the loss of its
 * disk it lacks entries that it once acknowledged, so it is a stranger to Raft until the members have taken it in again. Ratis could be told to
 * drop the damaged end instead, but then it would vote as if it had everything. Confined to the thread that opens and closes.
 */
final class Opening implements ConsensusPart.Opener {
    private static final Logger LOG = LoggerFactory.getLogger(Opening.class);

    private final RaftSettings settings;
    private final DataFolder folder;
    private final Formation formation;
    private final Runnable joinAnew;
    private boolean opened;
    private @Nullable String distrust;

    /** {@code joinAnew} is called when the node is no member any more because of what was found. */
    Opening(RaftSettings settings, DataFolder folder, Formation formation, Runnable joinAnew) {
        this.settings = settings;
        this.folder = folder;
        this.formation = formation;
        this.joinAnew = joinAnew;
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
        String loss = distrust;
        if (loss != null) {
            setAside(loss);
            distrust = null;
        }
        try {
            return start(events);
        } catch (DamagedLogException e) {
            if (settings.peers().size() <= 1 && folder.identity().voters().size() <= 1) {
                throw new IOException(
                        "data folder " + settings.dataFolder() + ": " + e.getMessage()
                                + ". There is no other node to get the state from: restore the folder from a copy, or empty it to start"
                                + " over with an empty pool",
                        e);
            }
            setAside(String.valueOf(e.getMessage()));
            return start(events);
        }
    }

    /** The log, though it can be read, lacks what this node has acknowledged: it is set aside when it is opened next. */
    void distrust(String loss) {
        distrust = loss;
    }

    private void setAside(String why) throws IOException {
        Path aside = folder.setLogAside();
        LOG.error(
                "Data folder {}: {}. The log was moved to {}, which may be deleted; this node gets everything anew from"
                        + " the others, and has no vote until then",
                settings.dataFolder(),
                why,
                aside);
        joinAnew.run();
    }

    private RatisNode start(MachineEvents events) throws IOException {
        return RatisNode.start(
                settings,
                folder.identity().raftId(),
                folder.logFolder(),
                formation.group(),
                events,
                new PeerPort(folder.identity().raftId().toString(), formation::answer));
    }
}
