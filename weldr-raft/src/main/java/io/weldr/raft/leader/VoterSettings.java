package io.weldr.raft.leader;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.ClusterVersion;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The settings that voters report: the least election timeout, and the newest cluster version that they support.
 * Each node asks the others in turn, also while it follows, so that it knows when it leads.
 *
 * <p>A voter supports another leader once it has heard nothing from its leader for its least election timeout, so a
 * leader that counts the voter for longer may act beside its successor. While the setting is changed on one member
 * after the other, the timeouts differ.
 */
public final class VoterSettings {
    /** The default of the versions that do not say what theirs is. */
    static final long OLDER_MILLIS = 200;

    /** A leader believes for so long that a member which comes back with another setting has its former one. */
    private static final long ASK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A follower needs the answers when it leads, and then it asks again at once. */
    private static final long FOLLOWER_ASKS_EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Until it has answered, a leader with longer timeouts can hardly prove itself by its answers to heartbeats. */
    private static final long ASK_FIRST_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Function<HostPort, CompletableFuture<Said>> ask;
    private final Map<RaftId, Said> known = new ConcurrentHashMap<>();
    private final Map<RaftId, Long> askedNanos = new HashMap<>(); // confined to the thread that looks

    /** What a voter says of itself; 0 milliseconds: its version does not say. */
    public record Said(RaftId id, long millis, ClusterVersion supports) {}

    /** @param ask asks the voter at that address; returns at once, and completes within seconds */
    public VoterSettings(Function<HostPort, CompletableFuture<Said>> ask) {
        this.ask = ask;
    }

    /** Asks whoever is due. To be called several times a second by one thread; returns at once. */
    public void look(NodeView view, long nowNanos) {
        Set<RaftId> voters = view.members().stream().map(Seat::id).collect(Collectors.toSet());
        known.keySet().retainAll(voters);
        askedNanos.keySet().retainAll(voters);
        for (Seat voter : view.members()) {
            Long asked = askedNanos.get(voter.id());
            long every = known.containsKey(voter.id())
                    ? view.role() == NodeView.Role.LEADER ? ASK_EVERY_NANOS : FOLLOWER_ASKS_EVERY_NANOS
                    : ASK_FIRST_EVERY_NANOS;
            if (!voter.id().equals(view.self()) && (asked == null || nowNanos - asked >= every)) {
                askedNanos.put(voter.id(), nowNanos);
                var unused = ask.apply(voter.address()).thenAccept(said -> {
                    if (said.id().equals(voter.id())) {
                        known.put(voter.id(), said);
                    }
                });
            }
        }
    }

    /** The least election timeout of that voter, in milliseconds. Any thread. */
    public long millis(RaftId voter) {
        Said said = known.get(voter);
        return said == null || said.millis() == 0 ? OLDER_MILLIS : said.millis();
    }

    /** The newest cluster version that it said to support. Any thread. */
    public ClusterVersion supports(RaftId voter) {
        Said said = known.get(voter);
        return said == null ? ClusterVersion.INITIAL : said.supports();
    }
}
