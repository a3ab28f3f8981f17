package io.weldr.raft.form;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.form.Hello.Wish;
import io.weldr.raft.form.Identity.Standing;
import io.weldr.raft.ratis.RaftId;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether this node was taken out of its cluster. Raft does not tell the one who is taken out: it only stops
 * to speak to it. So the leader says farewell, and a node that hears of no leader asks those that it knows. What it
 * finds is written down, and holds until the folder is emptied. {@link #ask}, {@link #look} and {@link #settle} are
 * called by one thread, the rest by any.
 */
public final class RemovalWatch {
    private static final Logger LOG = LoggerFactory.getLogger(RemovalWatch.class);

    private final DataFolder folder;
    private final Greeter greeter;
    private volatile @Nullable Removal removal;
    private volatile @Nullable Removal said;

    /**
     * That it was taken out.
     *
     * @param cluster of which
     * @param drain how long it is to go on proxying; null: as it is set to
     */
    public record Removal(UUID cluster, @Nullable Duration drain) {}

    public RemovalWatch(DataFolder folder, Greeter greeter) {
        this.folder = folder;
        this.greeter = greeter;
        Identity identity = folder.identity();
        if (identity.standing() == Standing.REMOVED && identity.group() != null) {
            removal = new Removal(identity.group(), Duration.ZERO); // long ago: whoever it proxied for has gone
        }
    }

    /** That it was taken out; null as far as it knows that it was not. */
    public @Nullable Removal removal() {
        return removal;
    }

    /** The leader says so. Returns why that is not meant for this node; empty if it is. */
    String farewell(Wish.Farewell farewell) {
        Identity identity = folder.identity();
        if (!farewell.to().equals(identity.raftId()) || !farewell.group().equals(identity.group())) {
            return "this is " + identity.raftId() + " of cluster " + identity.group();
        }
        said = new Removal(farewell.group(), farewell.drain());
        return "";
    }

    /** Writes down what the leader said, if it did. Returns whether this node was taken out. */
    public boolean settle() throws IOException {
        Removal told = said;
        if (removal == null && told != null) {
            become(told);
        }
        return removal != null;
    }

    /**
     * Asks members. Blocks for {@link Greeter#ANSWER_TIMEOUT} at most.
     *
     * @param votersIndex the log index of the voters as this node knows them; negative if it does not
     * @return whether this node was taken out
     */
    public boolean ask(Collection<HostPort> members, long votersIndex) throws IOException {
        Identity identity = folder.identity();
        UUID group = identity.group();
        if (settle() || group == null || identity.standing() != Standing.MEMBER) {
            return removal != null;
        }
        RaftId self = identity.raftId();
        for (Map.Entry<HostPort, HelloAnswer> answer :
                greeter.askAll(members, new Wish.Nothing()).entrySet()) {
            if (answer.getValue().provesRemovalOf(self, group, votersIndex)) {
                LOG.debug("{} at {} knows it", answer.getValue().id(), answer.getKey());
                if (!settle()) { // the leader may have said so meanwhile, and for how long to go on
                    become(new Removal(group, null));
                }
                return true;
            }
        }
        return false;
    }

    /**
     * Looks whether what a member answers proves that this node, which was a member and lost its log, was taken out
     * meanwhile. What the leader said to its former self did not reach it, and what it asks for now would undo that.
     *
     * @return whether it was
     */
    boolean look(HelloAnswer answer) throws IOException {
        Identity identity = folder.identity();
        UUID group = identity.group();
        if (identity.again() && group != null && answer.provesAbsenceOf(identity.id(), group)) {
            become(new Removal(group, null));
        }
        return removal != null;
    }

    private void become(Removal found) throws IOException {
        folder.become(folder.identity().removed());
        removal = found;
    }
}
