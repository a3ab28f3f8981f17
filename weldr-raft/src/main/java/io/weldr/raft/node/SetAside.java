package io.weldr.raft.node;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.node.Hello.Wish;
import io.weldr.raft.node.Identity.Standing;
import io.weldr.raft.node.Life.Broken;
import io.weldr.raft.node.Step.Action;
import io.weldr.raft.node.Step.Ask;
import io.weldr.raft.node.Step.Find;
import io.weldr.raft.ratis.RaftId;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Whether the cluster can do without the log of this node. A log that looks damaged may be all that is left of a
 * committed entry, and a fault of the program may make the logs of all members look damaged. So it is set aside only
 * while a leader answers and most of the voters are whole without this node. Pure, as {@link LifeCycle} is, of which it
 * is a part.
 */
final class SetAside {
    private SetAside() {}

    /** The step of a node whose log is broken, and closed. {@code findsMembers}: the settings tell where members are. */
    static Step step(Life life, Situation now, boolean findsMembers) {
        Set<HostPort> members = whereMembersAre(now);
        return findsMembers
                ? new Find(found -> {
                    members.addAll(found.members());
                    return decide(life, members);
                })
                : decide(life, members);
    }

    private static Step decide(Life life, Set<HostPort> members) {
        Broken broken = life.broken();
        if (broken == null) {
            return Step.done(life);
        }
        return obstacle(life.identity(), members, obstacle -> {
            if (obstacle == null) {
                return Step.done(life, new Action.SetAside(broken.why()));
            }
            if (broken.votes()) {
                return Step.done(
                        life.breaking(null),
                        new Action.Tell(true, "The log is opened again as it is: " + waiting(broken, obstacle)));
            }
            return Step.done(life.waitingFor(waiting(broken, obstacle)));
        });
    }

    private static String waiting(Broken broken, String obstacle) {
        return broken.why() + ". This node gets everything anew from the other members once it can: " + obstacle;
    }

    /** Where members may be, also as the disk told. */
    static Set<HostPort> whereMembersAre(Situation now) {
        Set<HostPort> all = new LinkedHashSet<>(now.members());
        all.addAll(now.voters().values());
        return all;
    }

    /**
     * Asks, and goes on with what hinders it, for people; null if nothing does.
     *
     * @param members where members may be
     */
    static Step obstacle(Identity self, Collection<HostPort> members, Function<@Nullable String, Step> then) {
        UUID group = self.group();
        if (group == null) {
            return then.apply("this node belongs to no cluster");
        }
        return new Ask(members, new Wish.Nothing(), first -> {
            HelloAnswer leader = leader(first.values(), group);
            if (leader == null) {
                return then.apply("no leader of cluster " + group + " answers, asked at " + members);
            }
            Set<HostPort> others = new LinkedHashSet<>();
            leader.voters().forEach((id, address) -> {
                if (!id.member().equals(self.id())) {
                    others.add(address);
                }
            });
            return new Ask(others, new Wish.Nothing(), answers -> then.apply(shortOf(leader, answers, group)));
        });
    }

    private static @Nullable String shortOf(HelloAnswer leader, Map<HostPort, HelloAnswer> answers, UUID group) {
        long whole = leader.voters().entrySet().stream()
                .filter(voter -> whole(voter.getKey(), answers.get(voter.getValue()), group))
                .count();
        return 2 * whole > leader.voters().size()
                ? null
                : "only " + whole + " of the " + leader.voters().size()
                        + " voters are whole and up to date (expected: most of them, without this node)";
    }

    private static @Nullable HelloAnswer leader(Collection<HelloAnswer> answers, UUID group) {
        HelloAnswer latest = null;
        for (HelloAnswer answer : answers) {
            if (group.equals(answer.group())
                    && answer.standing() == Standing.MEMBER
                    && answer.leading()
                    && answer.votersSettled()
                    && (latest == null || answer.term() > latest.term())) {
                latest = answer;
            }
        }
        return latest;
    }

    private static boolean whole(RaftId voter, @Nullable HelloAnswer answer, UUID group) {
        return answer != null
                && answer.id().equals(voter)
                && group.equals(answer.group())
                && answer.standing() == Standing.MEMBER
                && answer.running()
                && !answer.behind();
    }
}
