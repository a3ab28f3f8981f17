package io.weldr.leader.health;

import io.weldr.core.health.Opinion;
import io.weldr.core.health.SecondOpinion;
import io.weldr.core.port.ProbeLink;
import io.weldr.core.port.ProbeQuestion;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the other members at once to probe an origin, and gathers what they say. Confined to the timeline.
 */
final class Opinions {
    /** What the way there and back takes beside the probe itself; a member that takes longer does not count. */
    static final Duration GRACE = Duration.ofMillis(500);

    /**
     * Origins asked about at the same time. Half of the calls that a member takes over one connection: forwarded
     * changes need room too. If a thousand origins stop answering at once, the last is decided on after eight rounds.
     */
    static final int ASKED_MAX = 128;

    /** Of these, how many may be about origins that are up. */
    static final int ACQUAINTED_MAX = ASKED_MAX / 4;

    private final MemberId self;
    private final Supplier<ClusterState> state;
    private final ProbeLink link;
    private final Timeline timeline;
    private final Deque<Round> waiting = new ArrayDeque<>(); // at most one for each origin that is watched
    private int asked;

    Opinions(MemberId self, Supplier<ClusterState> state, ProbeLink link, Timeline timeline) {
        this.self = self;
        this.state = state;
        this.link = link;
        this.timeline = timeline;
    }

    /**
     * {@code then} is called on the timeline, within the probe's timeout and {@link #GRACE}, unless too many are asked
     * about.
     */
    void ask(Watch watch, Consumer<SecondOpinion> then) {
        assert timeline.here();
        waiting.add(new Round(watch, then));
        next();
    }

    /**
     * Has the others probe an origin that this leader sees up, so that they see it up too if they can: only then does
     * their word count when it is down. Takes nobody's turn.
     *
     * @return whether they were asked; false: too many questions are open, or nobody is there yet, to be tried again
     *     later
     */
    boolean acquaint(Watch watch) {
        assert timeline.here();
        if (asked >= ACQUAINTED_MAX || others(watch).isEmpty()) {
            return false;
        }
        asked++;
        new Round(watch, opinion -> {}).begin();
        return true;
    }

    private void next() {
        while (asked < ASKED_MAX && !waiting.isEmpty()) {
            asked++;
            waiting.remove().begin();
        }
    }

    private final class Round {
        private final Watch watch;
        private final Consumer<SecondOpinion> then;
        private final SortedMap<MemberId, Opinion> opinions = new TreeMap<>();
        private final List<MemberId> silent = new ArrayList<>();
        private int open;

        Round(Watch watch, Consumer<SecondOpinion> then) {
            this.watch = watch;
            this.then = then;
        }

        void begin() {
            List<Member> others = others(watch);
            if (others.isEmpty()) {
                end();
                return;
            }
            Watch.Key key = watch.key();
            var question = new ProbeQuestion(key.pool(), key.id(), key.generation());
            Duration deadline = watch.policy().timeout().plus(GRACE);
            open = others.size();
            for (Member other : others) {
                probe(other, question, deadline)
                        .whenComplete((result, failure) -> timeline.execute(() -> answered(other, result)));
            }
        }

        private void answered(Member who, @Nullable Opinion opinion) {
            assert timeline.here();
            if (opinion != null) {
                opinions.put(who.id(), opinion);
            } else {
                silent.add(who.id());
            }
            if (--open == 0) {
                end();
            }
        }

        private void end() {
            asked--;
            then.accept(new SecondOpinion(opinions, silent));
            next();
        }
    }

    /**
     * All members but this one; witnesses only where the policy asks them, because they often stand where no client is.
     */
    private List<Member> others(Watch watch) {
        return state.get().members().values().stream()
                .filter(member -> !member.id().equals(self))
                .filter(member -> !member.witness() || watch.policy().witnesses())
                .toList();
    }

    private CompletionStage<Opinion> probe(Member other, ProbeQuestion question, Duration deadline) {
        try {
            return link.probe(other, question, deadline);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e); // against its contract; it does not count
        }
    }
}
