package io.weldr.leader.vip;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.leader.vip.Holding.View;
import io.weldr.leader.vip.VirtualIpSettings.QuorumLoss;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HoldingTest {
    private static final View NOBODY = new View(0, false);
    private static final View OTHER_LEADS = new View(0, true);

    private final List<String> done = new ArrayList<>();
    private Holding holding = holding(QuorumLoss.RELEASE);
    private long millis = 1_000;

    @Test
    void claimsAtOnceWhenNobodyElseHolds() {
        holding.start(7, proved(7), now());
        assertThat(done()).containsExactly("survey 7");
        pass(20, proved(7));
        holding.surveyed(7, true, proved(7), now());
        assertThat(done()).containsExactly("renew", "active 7");
    }

    @Test
    void waitsAsLongAsAnEarlierLeaderCanHold() {
        holding.start(7, proved(7), now());
        long askedUntil = millis + 2_299; // lifetime, election timeout, a timer tick
        int asked = 0;
        while (millis < askedUntil) {
            for (String what : done()) {
                assertThat(what).isEqualTo("survey 7");
                asked++;
                holding.surveyed(7, false, proved(7), now());
            }
            pass(1, proved(7));
        }
        assertThat(asked).isEqualTo(23); // every 100 ms
        pass(1, proved(7));
        assertThat(done()).containsExactly("renew", "active 7");
    }

    @Test
    void anAnswerThatComesWhileItWaitsEndsTheWait() {
        holding.start(7, proved(7), now());
        holding.surveyed(7, false, proved(7), now());
        pass(500, proved(7));
        holding.surveyed(7, true, proved(7), now());
        assertThat(done()).containsExactly("survey 7", "survey 7", "renew", "active 7");
    }

    @Test
    void aProofThatLapsesWhileItWaitsDoesNotBeginTheWaitAnew() {
        holding.start(7, proved(7), now());
        holding.surveyed(7, false, proved(7), now());
        pass(1_100, proved(7));
        holding.stop(NOBODY, now());
        pass(400, NOBODY);
        holding.start(7, proved(7), now());
        pass(799, proved(7));
        assertThat(done()).containsOnly("survey 7");
        pass(1, proved(7));
        assertThat(done()).containsExactly("renew", "active 7");
    }

    @Test
    void theNextTermBeginsAWaitOfItsOwn() {
        holding.start(7, proved(7), now());
        pass(1_500, proved(7));
        holding.stop(NOBODY, now());
        holding.start(8, proved(8), now());
        pass(2_299, proved(8));
        assertThat(done()).doesNotContain("renew");
        pass(1, proved(8));
        assertThat(done()).containsExactly("renew", "active 8");
    }

    @Test
    void theAnswerOfAnEarlierTermCountsForNothing() {
        holding.start(7, proved(7), now());
        holding.stop(NOBODY, now());
        holding.start(9, proved(9), now());
        holding.surveyed(7, true, proved(9), now());
        assertThat(done()).containsExactly("survey 7", "survey 9");
    }

    @Test
    void doesNotClaimWithoutProof() {
        holding.start(7, NOBODY, now());
        holding.surveyed(7, true, NOBODY, now());
        pass(5_000, proved(6));
        assertThat(done()).doesNotContain("renew");
        pass(1, proved(7));
        assertThat(done()).containsExactly("renew", "active 7");
    }

    @Test
    void renewsEightTimesALifetime() {
        active(7);
        pass(2_000, proved(7));
        assertThat(done()).containsOnly("renew").hasSize(8);
    }

    @Test
    void announcesOnceTheKernelShowsTheAddressAndAgainForThreeSeconds() {
        active(7);
        pass(40, proved(7));
        assertThat(done()).isEmpty();
        holding.confirmed(now());
        assertThat(done()).containsExactly("announce");
        List<Long> at = new ArrayList<>();
        for (int i = 1; i <= 5_000; i++) {
            pass(1, proved(7));
            holding.confirmed(now());
            if (done().contains("announce")) {
                at.add((long) i);
            }
        }
        assertThat(at).containsExactly(100L, 300L, 1_000L, 2_000L, 3_000L);
    }

    @Test
    void letsGoWhenLeadershipStops() {
        active(7);
        holding.stop(NOBODY, now());
        assertThat(done()).containsExactly("release", "passive 7");
        pass(10_000, NOBODY);
        assertThat(done()).isEmpty();
    }

    @Test
    void aProofThatLapsesForAMomentCostsNoAddress() {
        active(7);
        pass(400, NOBODY);
        assertThat(done()).isEmpty(); // not renewed either: whoever comes next waits for the lifetime
        holding.start(7, proved(7), now());
        assertThat(done()).containsExactly("renew");
    }

    @Test
    void leadershipInDoubtEndsWhenAnotherLeads() {
        active(7);
        pass(400, NOBODY);
        pass(1, OTHER_LEADS);
        assertThat(done()).containsExactly("release", "passive 7");
    }

    @Test
    void leadershipInDoubtCedes() {
        active(7);
        pass(400, NOBODY);
        assertThat(holding.cede(8)).isTrue();
        assertThat(done()).containsExactly("release", "passive 7");
    }

    @Test
    void letsGoWhenNobodyResolvesTheDoubtWithinTheLifetime() {
        active(7);
        pass(1_999, NOBODY);
        assertThat(done()).isEmpty();
        pass(1, NOBODY);
        assertThat(done()).containsExactly("release", "passive 7");
        pass(10_000, NOBODY);
        assertThat(done()).isEmpty();
    }

    @Test
    void aPausedProcessDoesNotRenewWhatItCannotProve() {
        active(7);
        millis += 5_000;
        holding.tick(NOBODY, now());
        assertThat(done()).containsExactly("release", "passive 7");
    }

    @Test
    void takesBackAtOnceWithinTheSameTerm() {
        active(7);
        holding.stop(NOBODY, now());
        done();
        pass(100, NOBODY);
        holding.start(7, proved(7), now());
        assertThat(done()).containsExactly("renew", "active 7");
    }

    @Test
    void asksAgainInALaterTerm() {
        active(7);
        holding.stop(NOBODY, now());
        done();
        holding.start(8, proved(8), now());
        assertThat(done()).containsExactly("survey 8");
    }

    @Test
    void cedesToALaterTermAndHoldsNoEarlierOneAgain() {
        active(7);
        assertThat(holding.cede(7)).isFalse();
        assertThat(done()).isEmpty();
        assertThat(holding.cede(8)).isTrue();
        assertThat(done()).containsExactly("release", "passive 7");
        pass(10_000, proved(7));
        assertThat(done()).doesNotContain("renew");
        holding.start(9, proved(9), now());
        holding.surveyed(9, true, proved(9), now());
        assertThat(done()).contains("renew", "active 9");
    }

    /**
     * One that holds on without a majority, and whose part in consensus is closed: it will never hear of the next term.
     */
    @Test
    void concedesToAnybodyOnceItDoesNotLead() {
        active(7);
        assertThat(holding.concede()).as("it leads").isFalse();
        assertThat(done()).isEmpty();
        holding.stop(NOBODY, now());
        done();
        assertThat(holding.concede()).isTrue();
        assertThat(holding.active()).isFalse();
        // Nothing is remembered: whoever asked may have had no right to.
        holding.start(8, proved(8), now());
        holding.surveyed(8, true, proved(8), now());
        assertThat(done()).contains("active 8");
    }

    @Test
    void aLeaderThatWaitsCedesToo() {
        holding.start(7, proved(7), now());
        assertThat(holding.cede(8)).isTrue();
        holding.surveyed(7, true, proved(7), now());
        pass(10_000, proved(7));
        assertThat(done()).doesNotContain("renew");
    }

    @Test
    void oneThatHoldsNothingCedesAtOnce() {
        assertThat(holding.cede(1)).isTrue();
        assertThat(done()).isEmpty();
    }

    @Test
    void retiredHoldsNeverAgain() {
        active(7);
        holding.retire();
        assertThat(done()).containsExactly("release", "passive 7");
        pass(10_000, proved(7));
        holding.start(8, proved(8), now());
        holding.surveyed(8, true, proved(8), now());
        pass(10_000, proved(8));
        assertThat(done()).doesNotContain("renew");
    }

    @Test
    void aLostRenewalIsRepeatedWithTheNextTick() {
        active(7);
        holding.renewalLost(now());
        pass(1, proved(7));
        assertThat(done()).containsExactly("renew");
    }

    @Test
    void holdsOnWithoutMajorityIfToldToUntilAnotherLeads() {
        holding = holding(QuorumLoss.HOLD);
        active(7);
        holding.stop(NOBODY, now());
        pass(10_000, NOBODY);
        assertThat(done()).containsOnly("renew").hasSize(40);
        pass(1, OTHER_LEADS);
        assertThat(done()).containsExactly("release", "passive 7");
        pass(10_000, NOBODY);
        assertThat(done()).isEmpty();
    }

    @Test
    void holdingOnEndsWhenTheLeaderOfALaterTermAsks() {
        holding = holding(QuorumLoss.HOLD);
        active(7);
        holding.stop(NOBODY, now());
        assertThat(holding.cede(8)).isTrue();
        assertThat(done()).containsExactly("release", "passive 7");
    }

    @Test
    void holdingOnNeverTakesAnAddressBackAfterAPause() {
        holding = holding(QuorumLoss.HOLD);
        active(7);
        holding.stop(NOBODY, now());
        millis += 1_001;
        holding.tick(NOBODY, now());
        assertThat(done()).containsExactly("release", "passive 7");
    }

    @Test
    void holdingOnBecomesHoldingAgainAndIsAnnounced() {
        holding = holding(QuorumLoss.HOLD);
        active(7);
        holding.confirmed(now());
        holding.stop(NOBODY, now());
        pass(1_000, NOBODY);
        assertThat(done()).containsOnlyOnce("announce");
        holding.start(9, proved(9), now());
        assertThat(done()).containsExactly("announce");
        assertThat(holding.cede(9)).isFalse();
    }

    @Test
    void withoutAddressesThereIsNothingToWaitFor() {
        holding = new Holding(new Recorder(), VirtualIpSettings.none(), Duration.ofMillis(200));
        holding.start(7, proved(7), now());
        assertThat(done()).containsExactly("renew", "active 7");
    }

    private Holding holding(QuorumLoss quorumLoss) {
        VirtualIpSettings settings = new VirtualIpSettings(
                List.of(VirtualIp.parse("10.0.0.1/24", "eth0")), Duration.ofSeconds(2), quorumLoss, Hooks.none());
        return new Holding(new Recorder(), settings, Duration.ofMillis(200));
    }

    private static View proved(long term) {
        return new View(term, false);
    }

    private void active(long term) {
        holding.start(term, proved(term), now());
        holding.surveyed(term, true, proved(term), now());
        assertThat(holding.active()).isTrue();
        done();
    }

    private void pass(long howLongMillis, View view) {
        for (long i = 0; i < howLongMillis; i++) {
            millis++;
            holding.tick(view, now());
        }
    }

    private long now() {
        return millis * 1_000_000;
    }

    /** What was done since the last call. */
    private List<String> done() {
        List<String> copy = List.copyOf(done);
        done.clear();
        return copy;
    }

    private final class Recorder implements Holding.Hands {
        @Override
        public void survey(long term) {
            done.add("survey " + term);
        }

        @Override
        public void renew() {
            done.add("renew");
        }

        @Override
        public void release() {
            done.add("release");
        }

        @Override
        public void announce() {
            done.add("announce");
        }

        @Override
        public void turned(boolean active, long term) {
            done.add((active ? "active " : "passive ") + term);
        }
    }
}
