package io.weldr.leader;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.port.LeaderDuty;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeaderDutiesTest {
    private final List<String> happened = new ArrayList<>();

    private LeaderDuty duty(String name, boolean fails) {
        return new LeaderDuty() {
            @Override
            public void start(long term) {
                happened.add(name + " starts in " + term);
                failIf(fails);
            }

            @Override
            public void stop() {
                happened.add(name + " stops");
                failIf(fails);
            }
        };
    }

    private static void failIf(boolean fails) {
        if (fails) {
            throw new IllegalStateException("as the test wants");
        }
    }

    @Test
    void startInOrderAndStopTheOtherWayRoundWhateverFails() {
        LeaderDuties duties = new LeaderDuties(List.of(duty("a", false), duty("b", true), duty("c", false)));
        duties.start(7);
        duties.stop();
        assertThat(happened)
                .containsExactly("a starts in 7", "b starts in 7", "c starts in 7", "c stops", "b stops", "a stops");
    }
}
