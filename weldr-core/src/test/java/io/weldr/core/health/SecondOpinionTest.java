package io.weldr.core.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HealthPolicy.Confirm;
import io.weldr.core.state.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecondOpinionTest {
    /** Those who see it down come first in the alphabet, then those who see it up, then those who say nothing. */
    private static SecondOpinion opinion(int down, int up, int silent) {
        return opinion(down, up, 0, silent);
    }

    /** Those who see it down and never saw it up come before the silent ones. */
    private static SecondOpinion opinion(int down, int up, int never, int silent) {
        SortedMap<MemberId, Opinion> opinions = new TreeMap<>();
        List<MemberId> nothing = new ArrayList<>();
        for (int i = 0; i < down + up + never + silent; i++) {
            MemberId id = new MemberId("n" + (i + 2));
            if (i < down + up + never) {
                boolean passed = i >= down && i < down + up;
                opinions.put(id, new Opinion(new ProbeResult(passed, "as the test wants"), i < down + up));
            } else {
                nothing.add(id);
            }
        }
        return new SecondOpinion(opinions, nothing);
    }

    @ParameterizedTest(name = "others: {0} down, {1} up, {2} silent: majority {3}, any {4}")
    @CsvSource({
        "0, 0, 0, true,  true", // a cluster of one
        "0, 0, 2, true,  true", // nobody answers: the leader decides alone
        "1, 0, 0, true,  true",
        "0, 1, 0, false, false", // one against one is no majority
        "0, 1, 1, false, false",
        "1, 1, 0, true,  true",
        "0, 2, 0, false, false",
        "2, 0, 0, true,  true",
        "1, 2, 1, false, true",
        "1, 3, 0, false, true",
        "2, 2, 0, true,  true",
        "0, 4, 0, false, false",
    })
    void whoeverLookedCountsAndTheLeaderIsOneOfThem(int down, int up, int silent, boolean majority, boolean any) {
        SecondOpinion opinion = opinion(down, up, silent);
        assertThat(opinion.confirms(Confirm.MAJORITY)).isEqualTo(majority);
        assertThat(opinion.confirms(Confirm.ANY)).isEqualTo(any);
        assertThat(opinion.confirms(Confirm.LEADER_ONLY)).isTrue();
    }

    @ParameterizedTest(name = "others: {0} down, {1} up, {2} down that never saw it up: majority {3}, any {4}")
    @CsvSource({
        "0, 0, 2, true,  true", // nobody counts: the leader decides alone
        "0, 1, 1, false, false", // a leader and another that do not reach it do not outvote the one that does
        "0, 1, 3, false, false",
        "1, 1, 1, true,  true",
        "1, 2, 2, false, true",
    })
    void whoeverNeverSawItUpDoesNotConfirmThatItIsDown(int down, int up, int never, boolean majority, boolean any) {
        SecondOpinion opinion = opinion(down, up, never, 0);
        assertThat(opinion.confirms(Confirm.MAJORITY)).isEqualTo(majority);
        assertThat(opinion.confirms(Confirm.ANY)).isEqualTo(any);
        assertThat(opinion.confirms(Confirm.LEADER_ONLY)).isTrue();
    }

    @Test
    void itSaysWhoSawWhat() {
        assertThat(opinion(0, 0, 0).text()).isEmpty();
        assertThat(opinion(0, 0, 2).text()).isEqualTo("; no other member answered");
        assertThat(opinion(2, 0, 0).text()).isEqualTo("; down for n2 and n3");
        assertThat(opinion(1, 1, 1).text()).isEqualTo("; down for n2, up for n3, no answer from n4");
        assertThat(opinion(0, 1, 2, 1).text())
                .isEqualTo("; up for n2, down for n3 and n4 (never saw it up), no answer from n5");
        assertThat(opinion(1, 1, 1).contradicting()).containsExactly(new MemberId("n3"));
    }
}
