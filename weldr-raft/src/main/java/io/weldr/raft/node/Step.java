package io.weldr.raft.node;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.node.Hello.Wish;
import io.weldr.raft.ratis.RatisNode.Group;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a node's life needs next: something that only the world can tell, and how it goes on from there, or the end of
 * the step. A value: nothing has happened when there is one.
 */
sealed interface Step {
    /** To ask the nodes there. Those that give an answer are in what {@code then} is told. */
    record Ask(Collection<HostPort> whom, Wish wish, Function<Map<HostPort, HelloAnswer>, Step> then) implements Step {}

    /** To look up where members are, as the settings tell. */
    record Find(Function<Found, Step> then) implements Step {}

    /**
     * Where members may be.
     *
     * @param failure why that cannot be told, in one line; null if it can
     */
    record Found(Collection<HostPort> members, @Nullable String failure) {}

    /** To find out whether somebody takes connections there and keeps them. */
    record Knock(HostPort whom, Function<Boolean, Step> then) implements Step {}

    /** To look again, as after an answer that took its time. */
    record Look(Function<Situation, Step> then) implements Step {}

    /** The end: what the node is now, which is on disk before anything is done, and what is to be done. */
    record Done(Life life, List<Action> actions) implements Step {
        public Done {
            actions = List.copyOf(actions);
        }
    }

    static Done done(Life life, Action... actions) {
        return new Done(life, List.of(actions));
    }

    /** What is to be done. */
    sealed interface Action {
        /** Opens the log of that group. */
        record Open(Group group) implements Action {}

        /** Closes the consensus part, and opens it again. */
        record Restart(String why) implements Action {}

        /** Moves the log, which is closed, out of the way: the node joins anew, under a new name in Raft. */
        record SetAside(String why) implements Action {}

        /** Tells people, in one line of the log. */
        record Tell(boolean warning, String line) implements Action {}
    }
}
