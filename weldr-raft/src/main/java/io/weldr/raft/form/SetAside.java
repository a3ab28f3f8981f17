package io.weldr.raft.form;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.form.Hello.Wish;
import io.weldr.raft.form.Identity.Standing;
import io.weldr.raft.ratis.RaftId;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks whether the cluster can do without the log of this node. A log that looks damaged may be all that is left of a
 * committed entry, and a fault of the program may make the logs of all members look damaged. So it is set aside only
 * while a leader answers and most of the voters are whole without this node. Any thread; blocks for twice {@link
 * Greeter#ANSWER_TIMEOUT} at most.
 */
public final class SetAside {
    private final Function<Collection<HostPort>, Map<HostPort, HelloAnswer>> ask;

    public SetAside(Greeter greeter) {
        this(addresses -> greeter.askAll(addresses, new Wish.Nothing()));
    }

    /** {@code ask}: the answers of those that gave one. */
    SetAside(Function<Collection<HostPort>, Map<HostPort, HelloAnswer>> ask) {
        this.ask = ask;
    }

    /**
     * Why not, for people; null if it can.
     *
     * @param members where members may be
     */
    public @Nullable String obstacle(Identity self, Collection<HostPort> members) {
        UUID group = self.group();
        if (group == null) {
            return "this node belongs to no cluster";
        }
        HelloAnswer leader = leader(ask.apply(members).values(), group);
        if (leader == null) {
            return "no leader of cluster " + group + " answers, asked at " + members;
        }
        Set<HostPort> others = new LinkedHashSet<>();
        leader.voters().forEach((id, address) -> {
            if (!id.member().equals(self.id())) {
                others.add(address);
            }
        });
        Map<HostPort, HelloAnswer> answers = ask.apply(others);
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
