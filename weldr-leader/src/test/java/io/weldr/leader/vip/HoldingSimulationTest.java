package io.weldr.leader.vip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.weldr.leader.vip.Holding.View;
import io.weldr.leader.vip.VirtualIpSettings.QuorumLoss;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three nodes whose kernels count lifetimes, whose processes pause and die and are cut off at random, under a Raft that
 * elects no leader before the last one's proof is as old as the election timeout. In simulated time, so minutes take
 * milliseconds.
 */
class HoldingSimulationTest {
    private static final long STEP_MILLIS = 5;
    private static final long ELECTION_MILLIS = 200;
    /** A finding of the watchdog is believed this long. */
    private static final long VALIDITY_MILLIS = ELECTION_MILLIS / 2;

    private static final long LIFETIME_MILLIS = 2_000;
    /** The kernel's timer runs late by as much. */
    private static final long TIMER_MILLIS = 20;

    private long millis;
    private long term;
    private final List<Node> nodes = new ArrayList<>();
    private long heldMillis;
    private long frozenTakeOvers;

    private final class Node implements Holding.Hands {
        final Holding holding;
        long pausedUntil;
        long cutUntil;
        long leads; // the term; 0: none
        long lastHeardMillis; // by a majority
        long kernelUntil;
        long answerAt; // to its survey; 0: none under way
        boolean answer;

        Node() {
            VirtualIpSettings settings = new VirtualIpSettings(
                    List.of(VirtualIp.parse("10.0.0.1/24", "eth0")),
                    Duration.ofMillis(LIFETIME_MILLIS),
                    QuorumLoss.RELEASE,
                    Hooks.none());
            holding = new Holding(this, settings, Duration.ofMillis(ELECTION_MILLIS));
        }

        boolean runs() {
            return millis >= pausedUntil;
        }

        boolean reachable() {
            return runs() && millis >= cutUntil;
        }

        boolean holds() {
            return kernelUntil > millis;
        }

        View view() {
            boolean proved = leads != 0 && millis - lastHeardMillis < ELECTION_MILLIS + VALIDITY_MILLIS;
            return new View(proved ? leads : 0, false);
        }

        @Override
        public void survey(long surveyTerm) {
            answer = true;
            answerAt = millis + 5;
            for (Node other : nodes) {
                if (other == this) {
                    continue;
                }
                if (other.reachable() && reachable()) {
                    answer &= other.holding.cede(surveyTerm);
                } else {
                    answer = false;
                    answerAt = millis + Rivals.ANSWER_MILLIS_MAX;
                }
            }
        }

        @Override
        public void renew() {
            kernelUntil = millis + LIFETIME_MILLIS + TIMER_MILLIS;
        }

        @Override
        public void release() {
            kernelUntil = millis;
        }

        @Override
        public void announce() {}

        @Override
        public void turned(boolean active, long turnedTerm) {
            if (active && nodes.stream().anyMatch(node -> node != this && millis < node.pausedUntil)) {
                frozenTakeOvers++;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void neverTwoHolders(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 3; i++) {
            nodes.add(new Node());
        }
        long end = Duration.ofMinutes(10).toMillis();
        for (millis = 1_000; millis < end; millis += STEP_MILLIS) {
            breakSomething(random);
            elect(random);
            nodes.forEach(this::run);
            long holders = nodes.stream().filter(Node::holds).count();
            if (holders > 1) {
                fail("%d holders; seed %d, at %d ms", holders, seed, millis);
            }
            heldMillis += holders * STEP_MILLIS;
        }
        assertThat(heldMillis).as("seed %d: share of time held", seed).isGreaterThan(end / 3);
        assertThat(frozenTakeOvers)
                .as("seed %d: take-overs from a paused node", seed)
                .isPositive();
    }

    private void breakSomething(Random random) {
        Node victim = nodes.get(random.nextInt(3));
        int what = random.nextInt(4_000); // something about every five seconds
        if (what == 0) {
            victim.pausedUntil = millis + random.nextInt(8_000);
        } else if (what <= 2) {
            victim.cutUntil = millis + random.nextInt(8_000);
        } else if (what == 3) {
            nodes.set(nodes.indexOf(victim), new Node()); // killed; its child frees what it held; started again
        } else if (what == 4 && victim.runs() && victim.leads != 0) {
            resign(victim);
        }
    }

    /** What Raft does: a majority hears the leader, or it elects another some time after it heard the last one. */
    private void elect(Random random) {
        List<Node> majority = nodes.stream().filter(Node::reachable).toList();
        if (majority.size() < 2) {
            return;
        }
        for (Node node : majority) {
            if (node.leads == term && term != 0) {
                node.lastHeardMillis = millis;
                return;
            }
        }
        long lastHeard =
                nodes.stream().mapToLong(node -> node.lastHeardMillis).max().orElse(0);
        if (millis - lastHeard >= ELECTION_MILLIS && random.nextInt(20) == 0) {
            Node elected = majority.get(random.nextInt(majority.size()));
            for (Node node : majority) {
                if (node.leads != 0) {
                    resign(node);
                }
            }
            term++;
            elected.leads = term;
            elected.lastHeardMillis = millis;
            elected.answerAt = 0;
            elected.holding.start(term, elected.view(), nanos());
        }
    }

    private void resign(Node node) {
        node.leads = 0;
        node.holding.stop(node.view(), nanos());
    }

    private void run(Node node) {
        if (!node.runs()) {
            return;
        }
        if (node.answerAt != 0 && millis >= node.answerAt) {
            node.answerAt = 0;
            node.holding.surveyed(node.leads, node.answer, node.view(), nanos());
        }
        node.holding.tick(node.view(), nanos());
    }

    private long nanos() {
        return millis * 1_000_000;
    }
}
