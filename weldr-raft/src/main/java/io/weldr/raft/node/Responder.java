package io.weldr.raft.node;

import io.weldr.core.Check;
import io.weldr.core.pool.HostPort;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.MemberId;
import io.weldr.raft.RaftSettings;
import io.weldr.raft.node.Hello.Wish;
import io.weldr.raft.node.Life.Removal;
import io.weldr.raft.ratis.LastEntry;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers other nodes' {@link Hello}, and keeps what they want of this node until its life takes it up. Any thread. */
public final class Responder {
    private final RaftSettings settings;
    private final Supplier<Identity> self;
    private final Host host;
    private volatile Wish.@Nullable Invitation invitation;
    private volatile @Nullable Removal farewell;

    /** How the node stands. Any thread; answers from memory. */
    public interface Host {
        /** How consensus stands, or null while there is no group. */
        @Nullable NodeView view();

        /**
         * The last log index that this leader has seen that node acknowledge in its term; null: none, or it does not
         * lead.
         */
        @Nullable Long acknowledged(RaftId follower);

        /** The leader that this node follows and believes to be gone; null if it does not. */
        @Nullable RaftId gone();

        /** The last entry of this node's log; null if it has none. */
        @Nullable LastEntry last();

        /** Whether this node acts as leader. */
        boolean leading();

        /** Whether this node hears its leader and does not keep up with it. */
        boolean behind();

        /** Whether this node serves clients, and nothing speaks against sending it more of them. */
        boolean ready();

        /**
         * Takes a node in as a voter, some time soon, if this node leads.
         *
         * @param again only in the place of its former self
         * @return why not, for people; empty if it is under way or one already
         */
        String takeIn(RaftId id, HostPort address, boolean again);
    }

    /** {@code self}: as the folder has it. */
    Responder(RaftSettings settings, Supplier<Identity> self, Host host) {
        this.settings = settings;
        this.self = self;
        this.host = host;
    }

    /** To which cluster a leader has invited this node; null: none has. */
    Wish.@Nullable Invitation invitation() {
        return invitation;
    }

    /** That a leader has taken this node out; null: none has said so. */
    @Nullable Removal farewell() {
        return farewell;
    }

    /**
     * The answer to a {@link Hello}.
     *
     * @param caller whose certificate the connection has; null: it may be anybody
     * @throws IllegalArgumentException it makes no sense, or is in the name of another
     */
    byte[] answer(byte[] question, @Nullable MemberId caller) {
        Hello hello = Hello.decode(question);
        Check.that(
                caller == null || caller.equals(hello.id().member()),
                "name of the node that asks",
                hello.id().member(),
                caller + ", as in its certificate");
        Identity identity = self.get();
        NodeView view = host.view();
        boolean leading = host.leading();
        String note = note(hello, identity, leading);
        Map<RaftId, HostPort> voters = new TreeMap<>();
        Map<RaftId, HostPort> learners = new TreeMap<>();
        if (view != null) {
            view.members().forEach(seat -> (seat.learner() ? learners : voters).put(seat.id(), seat.address()));
        }
        return new HelloAnswer(
                        identity.raftId(),
                        identity.incarnation(),
                        identity.standing(),
                        identity.group(),
                        identity.founders(),
                        settings.peers(),
                        identity.founders().isEmpty() ? Map.of() : identity.voters(),
                        settings.witness(),
                        settings.learner(),
                        settings.electionTimeoutMin().toMillis(),
                        view != null && view.running(),
                        leading,
                        note,
                        voters,
                        learners,
                        view == null ? -1 : view.configurationIndex(),
                        view != null && view.settled(),
                        view == null ? 0 : view.term(),
                        leading ? host.acknowledged(hello.id()) : null,
                        host.gone(),
                        host.last(),
                        settings.bootstrap(),
                        host.behind(),
                        host.ready(),
                        ClusterVersion.SUPPORTED)
                .encode();
    }

    private String note(Hello hello, Identity identity, boolean leading) {
        Wish wish = hello.wish();
        if (wish instanceof Wish.Join join && leading) {
            return hello.group() != null && !hello.group().equals(identity.group())
                    ? "this is cluster " + identity.group() + " (expected: " + hello.group() + ")"
                    : host.takeIn(hello.id(), hello.address(), join.again());
        }
        if (wish instanceof Wish.Invitation invited) {
            if (!invited.to().equals(identity.raftId()) || settings.contacts() == null) {
                return "node " + identity.raftId() + " was not started to join a cluster";
            }
            invitation = invited;
        }
        if (wish instanceof Wish.Farewell said) {
            if (!said.to().equals(identity.raftId()) || !said.group().equals(identity.group())) {
                return "this is " + identity.raftId() + " of cluster " + identity.group();
            }
            farewell = new Removal(said.group(), said.drain());
        }
        return "";
    }
}
