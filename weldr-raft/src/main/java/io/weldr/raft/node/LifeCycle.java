package io.weldr.raft.node;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import io.weldr.raft.RaftSettings;
import io.weldr.raft.node.Hello.Wish;
import io.weldr.raft.node.Identity.Standing;
import io.weldr.raft.node.Life.Removal;
import io.weldr.raft.node.Step.Action;
import io.weldr.raft.node.Step.Ask;
import io.weldr.raft.node.Step.Find;
import io.weldr.raft.node.Step.Knock;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.RatisNode.Group;
import io.weldr.raft.workaround.Workaround;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The life of a node, from an empty folder to membership and out of it again: whether it forms a cluster or joins one,
 * what it waits for, and when it is a member. Pure: what the node is and sees goes in, what it is next and what is to
 * be done comes out. {@link NodeLife} lives it. Each step does the right thing when it is repeated after a crash,
 * because what it decides is on disk before it is done.
 *
 * <p>The rule behind it: two nodes with emptied disks must never elect each other over the data of the third. The
 * package's description says how.
 */
final class LifeCycle {
    /**
     * How long no member may have answered before a node with {@code --bootstrap} forms a cluster without those that
     * are silent: for good, should there be an older one. One or two questions are easily missed, by a virtual machine
     * that has just begun, or by members that were started together with this node, as after a power cut; twenty rounds
     * are not.
     */
    static final Duration ALONE_AFTER = Duration.ofSeconds(10);

    private final RaftSettings settings;
    private final MemberWatch watch;

    LifeCycle(RaftSettings settings) {
        this.settings = settings;
        this.watch = new MemberWatch(settings);
    }

    /** The group to open the log with; null while there is none. */
    @Nullable Group group(Identity identity) {
        UUID id = identity.group();
        if (id == null) {
            return null;
        }
        // Voters only as long as the log does not tell them. An empty list can neither vote nor stand.
        return switch (identity.standing()) {
            case FORMING -> new Group(id, identity.voters(), null);
            case JOINING ->
                settings.learner() && Workaround.LEARNERS_AS_LISTENERS.used()
                        ? new Group(id, identity.voters(), settings.advertised())
                        : new Group(id, Map.of(), null);
            case EMPTY, MEMBER, REMOVED -> new Group(id, Map.of(), null);
        };
    }

    /** The next step. */
    Step step(Life life, Situation now) {
        if (life.stage() == Life.Stage.BROKEN) {
            return SetAside.step(life, now, settings.contacts() != null);
        }
        if (now.opening() == 0) {
            return Step.done(life); // with its log closed it can neither form a cluster nor join one
        }
        return switch (life.stage()) {
            case EMPTY -> whileEmpty(life, now);
            case FORMING -> whileForming(life, now);
            case JOINING -> whileJoining(life, now);
            case MEMBER -> watch.step(life, now);
            case BROKEN, REMOVED -> Step.done(life);
        };
    }

    /** Whether this node, a member, was taken out while it was down: to be asked before it serves anybody. */
    static Step atStart(Life life, Situation now) {
        return MemberWatch.askWhetherRemoved(life, now);
    }

    /** The log was found to be damaged, or gone, or of no use. */
    static Life damaged(Life life, String why, boolean votes) {
        return life.breaking(new Life.Broken(why, votes));
    }

    // An empty folder.

    private Step whileEmpty(Life life, Situation now) {
        if (settings.contacts() != null) {
            return whileLooking(life, now);
        }
        if (settings.peers().size() <= 1) {
            return formAlone(life);
        }
        return new Ask(settings.peers().values(), new Wish.Nothing(), answers -> amongPeers(life, now, answers));
    }

    /** A cluster is formed once, by all of its peers, unless one was told to form it. */
    private Step amongPeers(Life life, Situation now, Map<HostPort, HelloAnswer> answers) {
        Identity identity = life.identity();
        Map<MemberId, HelloAnswer> peers = new TreeMap<>();
        SortedMap<MemberId, String> silent = new TreeMap<>();
        settings.peers().forEach((id, address) -> {
            HelloAnswer answer = answers.get(address);
            if (answer != null && answer.id().member().equals(id)) {
                peers.put(id, answer);
            } else if (!id.equals(settings.self())) {
                silent.put(
                        id,
                        answer == null
                                ? id.value()
                                : id + " (node " + answer.id().member() + " answers there)");
            }
        });
        for (HelloAnswer answer : peers.values()) {
            UUID group = answer.group();
            if (answer.standing() != Standing.MEMBER || group == null) {
                continue;
            }
            if (!answer.founders().contains(identity.incarnation())) {
                return join(life, group, answer);
            }
            return answer.peers().equals(settings.peers())
                    ? form(life, new TreeSet<>(answer.founders()), new TreeMap<>(answer.firstVoters()))
                    : wait(life.unansweredSince(null), otherPeers(answer));
        }
        for (HelloAnswer answer : peers.values()) {
            boolean first = !settings.bootstrap() || answer.id().member().compareTo(settings.self()) < 0;
            if (answer.bootstrap() && answer.standing() == Standing.EMPTY && first) {
                // It is about to form a cluster without this node: with this one, the others would form a second.
                return wait(
                        life, "node " + answer.id().member() + ", which was told to form the cluster (--bootstrap)");
            }
        }
        if (settings.bootstrap()) {
            return whileToldToForm(life, now, peers.values(), silent.keySet());
        }
        if (!silent.isEmpty()) {
            return wait(
                    life,
                    "an answer from " + silent.values()
                            + ": all peers, or a member, have to answer before a cluster is formed");
        }
        for (HelloAnswer answer : peers.values()) {
            if (!answer.peers().equals(settings.peers())) {
                return wait(life, otherPeers(answer));
            }
            if (answer.standing() != Standing.EMPTY) {
                return wait(
                        life, "a member of the cluster that node " + answer.id().member() + " waits for as well");
            }
        }
        return formTogether(life, peers);
    }

    private String otherPeers(HelloAnswer answer) {
        return "the same list of peers everywhere: node " + answer.id().member() + " has " + answer.peers()
                + " (expected: " + settings.peers() + ")";
    }

    /**
     * No peer that answers is a member. They are taken in one by one, when they ask: they have no data to lose, and get
     * ours. A setting that was left on after the first start does no harm while members can be reached.
     */
    private Step whileToldToForm(
            Life life, Situation now, Collection<HelloAnswer> answers, Collection<MemberId> silent) {
        if (silent.isEmpty() && answers.stream().allMatch(answer -> answer.standing() == Standing.EMPTY)) {
            return formAlone(life); // nobody is left who could know of an older one
        }
        Long before = life.unansweredSinceNanos();
        long since = before == null ? now.nowNanos() : before;
        Life alone = life.unansweredSince(since);
        if (now.nowNanos() - since < ALONE_AFTER.toNanos()) {
            return wait(
                    alone,
                    "an answer of a member, one of " + settings.peers().keySet() + ": if there is none for "
                            + ALONE_AFTER.toSeconds()
                            + " s this node forms the cluster without them (--bootstrap)");
        }
        return knock(alone, silent.iterator());
    }

    private Step knock(Life life, Iterator<MemberId> silent) {
        if (!silent.hasNext()) {
            return formAlone(life);
        }
        MemberId peer = silent.next();
        HostPort address = settings.peers().get(peer);
        if (address == null) {
            return knock(life, silent);
        }
        return new Knock(
                address,
                taken -> taken
                        ? wait(
                                life,
                                "an answer from [" + peer + "]: something at " + address
                                        + " takes connections and does not speak. If that is no member, stop it, or leave it out of the list of peers")
                        : knock(life, silent));
    }

    private Step formAlone(Life life) {
        Identity identity = life.identity();
        return form(
                life,
                new TreeSet<>(Set.of(identity.incarnation())),
                new TreeMap<>(Map.of(identity.raftId(), settings.advertised())));
    }

    private Step formTogether(Life life, Map<MemberId, HelloAnswer> peers) {
        Identity identity = life.identity();
        SortedSet<String> incarnations =
                peers.values().stream().map(HelloAnswer::incarnation).collect(Collectors.toCollection(TreeSet::new));
        incarnations.add(identity.incarnation());
        SortedMap<RaftId, HostPort> voters = new TreeMap<>();
        voters.put(identity.raftId(), settings.advertised());
        peers.forEach((peer, answer) -> {
            HostPort address = settings.peers().get(peer);
            if (address != null) {
                voters.put(answer.id(), address);
            }
        });
        return form(life, incarnations, voters);
    }

    private static Step form(Life life, SortedSet<String> founders, SortedMap<RaftId, HostPort> voters) {
        // The same founders always make the same id, whoever computes it; other founders make another cluster.
        UUID group = UUID.nameUUIDFromBytes(String.join(",", founders).getBytes(StandardCharsets.UTF_8));
        return Step.done(
                life.become(life.identity().forming(group, founders, voters)),
                tell("Forming cluster " + group + " of " + voters));
    }

    private Step whileForming(Life life, Situation now) {
        NodeView view = now.view();
        if (view == null) {
            return open(life);
        }
        return view.configurationIndex() >= 0 ? member(life) : wait(life, "a leader of the new cluster");
    }

    // A node that was started to join: it never forms a cluster of its own.

    private Step whileLooking(Life life, Situation now) {
        Wish.Invitation wish = now.invitation();
        if (wish != null) {
            return Step.done(
                    life.become(life.identity().joining(wish.group(), wish.voters())),
                    tell("Invited to cluster " + wish.group() + " by its leader"));
        }
        return new Find(found -> {
            String failure = found.failure();
            if (failure != null) {
                return wait(life, failure);
            }
            if (found.members().isEmpty()) {
                return wait(life, "an invitation: have a member take this node in, at " + settings.advertised());
            }
            return new Ask(found.members(), new Wish.Nothing(), answers -> {
                for (HelloAnswer answer : answers.values()) {
                    UUID group = answer.group();
                    if (answer.standing() == Standing.MEMBER && group != null) {
                        return join(life, group, answer);
                    }
                }
                return wait(life, "an answer of a member at its raft address, one of " + found.members());
            });
        });
    }

    private static Step join(Life life, UUID group, HelloAnswer member) {
        return Step.done(
                life.become(life.identity().joining(group, member.voters())),
                tell("Cluster " + group + " is there already, says "
                        + member.id().member() + ": joining it"));
    }

    private Step whileJoining(Life life, Situation now) {
        Removal said = now.farewell();
        if (said != null) {
            return Step.done(life.leave(said)); // it had a seat already, and what it asks for below would undo that
        }
        NodeView view = now.view();
        if (view == null) {
            return open(life);
        }
        if (caughtUp(view)) {
            return member(life);
        }
        Set<HostPort> members = new LinkedHashSet<>(life.told());
        members.addAll(settings.peers().values());
        members.addAll(life.identity().voters().values());
        if (!life.told().isEmpty() || settings.contacts() == null) {
            return askToJoin(life, members);
        }
        return new Find(found -> {
            members.addAll(found.members());
            return askToJoin(life, members);
        });
    }

    private Step askToJoin(Life life, Set<HostPort> members) {
        Identity identity = life.identity();
        UUID group = groupOf(identity);
        return new Ask(members, new Wish.Join(identity.again()), answers -> {
            String reason = "a leader of cluster " + group + " that takes this node in";
            Set<HostPort> told = new LinkedHashSet<>();
            for (HelloAnswer answer : answers.values()) {
                if (identity.again() && answer.provesAbsenceOf(identity.id(), group)) {
                    // What the leader said to its former self did not reach it, and what it asks for would undo that.
                    return Step.done(life.leave(new Removal(group, null)));
                }
                if (!answer.note().isEmpty()) {
                    reason = answer.id().member() + " says: " + answer.note();
                }
                if (group.equals(answer.group())) {
                    told.addAll(answer.voters().values());
                }
                if (answer.standing() == Standing.MEMBER && !group.equals(answer.group())) {
                    reason = "cluster " + group + ", but node " + answer.id().member() + " belongs to "
                            + answer.group()
                            + ". If that is the one to join, empty this node's data folder";
                }
            }
            return wait(life.told(told), reason);
        });
    }

    private static boolean caughtUp(NodeView view) {
        RaftId leader = view.leader();
        if (leader == null || !view.settled() || !view.belongs()) {
            return false; // a change that is not committed may yet be taken back
        }
        long committed = view.commits().getOrDefault(leader, Long.MAX_VALUE);
        return view.running() && committed > 0 && view.appliedIndex() >= committed;
    }

    // The ends of steps.

    private static Step member(Life life) {
        return Step.done(
                life.become(life.identity().member()),
                tell("Member of cluster " + life.identity().group()));
    }

    private Step open(Life life) {
        Group group = group(life.identity());
        if (group == null) {
            throw new IllegalStateException("no cluster while " + life.stage());
        }
        return Step.done(life, new Action.Open(group));
    }

    private static Step wait(Life life, String what) {
        return Step.done(life.waitingFor(what));
    }

    private static UUID groupOf(Identity identity) {
        UUID group = identity.group();
        if (group == null) {
            throw new IllegalStateException("no cluster while " + identity.standing());
        }
        return group;
    }

    private static Action tell(String line) {
        return new Action.Tell(false, line);
    }
}
