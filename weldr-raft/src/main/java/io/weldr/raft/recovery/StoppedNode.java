package io.weldr.raft.recovery;

import io.weldr.codec.BackupCodec;
import io.weldr.codec.BackupCodec.Backup;
import io.weldr.core.pool.HostPort;
import io.weldr.core.port.MemberTls;
import io.weldr.core.state.ClusterState;
import io.weldr.raft.RaftSettings;
import io.weldr.raft.node.DataFolder;
import io.weldr.raft.node.Greeter;
import io.weldr.raft.node.HelloAnswer;
import io.weldr.raft.node.Identity;
import io.weldr.raft.node.Identity.Standing;
import io.weldr.raft.peer.PeerLink;
import io.weldr.raft.peer.PeerSecurity;
import io.weldr.raft.ratis.LogOnDisk;
import io.weldr.raft.ratis.LogOnDisk.Content;
import io.weldr.raft.ratis.RaftId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node that does not run, with its data folder, which no other process can open meanwhile. Confined to one thread;
 * every method may block for some seconds.
 */
public final class StoppedNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoppedNode.class);

    /**
     * Revisions of changes in the new cluster begin so far above those of the old one. The old one may have made
     * changes after the backup, or on members that are lost: no ETag of those may be that of another change.
     */
    public static final long REVISIONS_LEFT_OUT = 1_000_000_000;

    /** One or two questions are easily missed. */
    private static final int ROUNDS = 3;

    private final RaftSettings settings;
    private final DataFolder folder;
    private final PeerLink link;
    private final Greeter greeter;

    private StoppedNode(RaftSettings settings, DataFolder folder, PeerLink link) {
        this.settings = settings;
        this.folder = folder;
        this.link = link;
        this.greeter = new Greeter(settings, folder, link);
    }

    /** A cluster that was made, and where what the folder held before is now; null: nothing was there. */
    public record Founded(
            UUID cluster, long firstRevision, @Nullable Path before) {}

    /**
     * What the log of a node holds.
     *
     * @param standing of the node in its cluster
     * @param term of the last entry that can be read
     * @param index of that entry
     * @param committed up to this index the log itself says that entries are committed; more may be
     * @param voters the latest that the log tells; empty: none
     * @param learners the members without a vote, as for {@code voters}
     * @param damage why later entries may be missing, for people; null: the log can be read to its end
     */
    public record Stored(
            UUID cluster,
            Standing standing,
            ClusterState state,
            long term,
            long index,
            long committed,
            SortedMap<RaftId, HostPort> voters,
            SortedMap<RaftId, HostPort> learners,
            @Nullable String damage) {}

    /**
     * Opens the data folder of the settings, creating it if need be.
     *
     * @param tls how this node proves to others who it is; gives null if it speaks to them without TLS
     * @throws IOException with one line that says what is wrong with it, such as that a node runs on it
     */
    public static StoppedNode open(RaftSettings settings, Supplier<@Nullable MemberTls> tls) throws IOException {
        DataFolder folder = DataFolder.openOffline(settings.dataFolder(), settings.self());
        return new StoppedNode(settings, folder, new PeerLink(PeerSecurity.of(tls)));
    }

    /** Reads a backup file, of whatever cluster. */
    public static Backup backup(Path file) throws IOException {
        return BackupCodec.read(file);
    }

    /** What the folder holds of a node, for people; null: nothing. */
    public @Nullable String contents() throws IOException {
        Identity identity = folder.identity();
        return switch (identity.standing()) {
            case EMPTY -> folder.hasLog() ? "a log" : null;
            case FORMING, MEMBER -> "a member of cluster " + identity.group();
            case JOINING -> "a node that waits for cluster " + identity.group();
            case REMOVED -> "a node that was removed from cluster " + identity.group();
        };
    }

    /** How the other nodes stand that this one knows: of the settings, of the folder, of its log. */
    public List<Neighbour> neighbours() {
        Set<HostPort> addresses = new LinkedHashSet<>(settings.peers().values());
        addresses.addAll(folder.knownVoters().values());
        RaftSettings.Contacts contacts = settings.contacts();
        if (contacts != null) {
            try {
                addresses.addAll(contacts.raftAddresses());
            } catch (IOException e) {
                LOG.warn("no members known by the setting join: {}", e.getMessage());
            }
        }
        addresses.remove(settings.advertised());
        Map<HostPort, HelloAnswer> answers = new TreeMap<>();
        Set<HostPort> silent = new LinkedHashSet<>(addresses);
        for (int round = 0; round < ROUNDS && !silent.isEmpty(); round++) {
            answers.putAll(greeter.askAll(silent));
            silent.removeAll(answers.keySet());
        }
        List<Neighbour> all = new ArrayList<>();
        for (HostPort address : addresses) {
            HelloAnswer answer = answers.get(address);
            all.add(
                    answer == null
                            ? Neighbour.silent(address, greeter.listens(address))
                            : Neighbour.of(address, answer));
        }
        return all;
    }

    /** Why this node cannot be restored, for people; null if it can. */
    public @Nullable String obstacleToRestore(Collection<Neighbour> others) throws IOException {
        String found = contents();
        return found == null
                ? Obstacles.toRestore(others)
                : "data folder " + settings.dataFolder() + " holds " + found + " (expected: an empty folder)";
    }

    /** Makes this node the only voter of a new cluster with the state of that backup. Nothing may be in the way. */
    public Founded restore(Backup backup) throws IOException {
        return found(backup.state(), backup.header().term(), backup.header().index());
    }

    /**
     * What the log holds.
     *
     * @throws IOException there is none, or it cannot be read, or only by a newer version of weldr
     */
    public Stored stored() throws IOException {
        Identity identity = folder.identity();
        UUID group = identity.group();
        Path logs = folder.logFolder();
        if (group == null || !Files.exists(logs.resolve(group.toString()))) {
            throw new IOException("data folder " + settings.dataFolder()
                    + " holds no log of a cluster (expected: that of a node that was a member)");
        }
        Content content = LogOnDisk.read(logs, group);
        return new Stored(
                group,
                identity.standing(),
                content.state(),
                content.term(),
                content.index(),
                content.committed(),
                content.voters(),
                content.learners(),
                content.damage());
    }

    /** Why the majority of that cluster is not lost, or this node cannot go on without it; null if it can. */
    public @Nullable String obstacleToRecover(Stored stored, Collection<Neighbour> others) throws IOException {
        if (stored.standing() != Standing.MEMBER) {
            return "data folder " + settings.dataFolder() + " holds " + contents() + " (expected: a member)";
        }
        if (stored.index() < 0) {
            return "the log holds no entry (expected: at least one)";
        }
        return Obstacles.toRecover(
                folder.identity().raftId(),
                stored.cluster(),
                stored.voters(),
                stored.learners().keySet(),
                others);
    }

    /**
     * Makes this node the only voter of a new cluster with what its log holds. The log of the old one is kept aside.
     * Nothing may be in the way.
     */
    public Founded recover(Stored stored) throws IOException {
        return found(stored.state(), stored.term(), stored.index());
    }

    private Founded found(ClusterState state, long term, long index) throws IOException {
        UUID cluster = UUID.randomUUID();
        Identity next = folder.alone(cluster, settings.advertised());
        long last = Math.max(index, state.revision()) + REVISIONS_LEFT_OUT;
        LogOnDisk.write(
                folder.prepareLog(),
                cluster,
                next.raftId(),
                settings.advertised(),
                Math.max(term, 1),
                last,
                state.withoutMembers());
        return new Founded(cluster, last + 1, folder.adopt(next));
    }

    @Override
    public void close() throws IOException {
        link.close();
        folder.close();
    }
}
