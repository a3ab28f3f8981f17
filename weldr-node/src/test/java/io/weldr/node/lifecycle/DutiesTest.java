package io.weldr.node.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.port.LeaderDuty;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DutiesTest {
    private final List<String> done = new ArrayList<>();
    private final Duties duties = new Duties();

    @Test
    void startsInOrderAndStopsInReverse() {
        duties.add(duty("a", false));
        duties.add(duty("b", false));
        duties.start(7);
        duties.stop();
        assertThat(done).containsExactly("a starts 7", "b starts 7", "b stops", "a stops");
    }

    @Test
    void suspendsInReverseAndStartsNoneThatIsAddedMeanwhile() {
        duties.add(duty("a", false));
        duties.add(duty("b", false));
        duties.start(7);
        done.clear();
        duties.suspend();
        duties.add(duty("c", false));
        assertThat(done).containsExactly("b is suspended", "a is suspended");
        done.clear();
        duties.start(7);
        assertThat(done).containsExactly("a starts 7", "b starts 7", "c starts 7");
    }

    @Test
    void oneThatIsAddedWhileLeadingStartsAtOnce() {
        duties.start(3);
        duties.add(duty("late", false));
        duties.stop();
        duties.add(duty("later", false));
        assertThat(done).containsExactly("late starts 3", "late stops");
    }

    @Test
    void oneThatFailsKeepsNoOtherFromStopping() {
        duties.add(duty("a", false));
        duties.add(duty("broken", true));
        duties.add(duty("c", false));
        duties.start(1);
        duties.stop();
        assertThat(done).contains("a starts 1", "c starts 1", "c stops", "a stops");
    }

    private LeaderDuty duty(String name, boolean fails) {
        return new LeaderDuty() {
            @Override
            public void start(long term) {
                done.add(name + " starts " + term);
                check();
            }

            @Override
            public void suspend() {
                done.add(name + " is suspended");
                check();
            }

            @Override
            public void stop() {
                done.add(name + " stops");
                check();
            }

            private void check() {
                if (fails) {
                    throw new IllegalStateException(name);
                }
            }
        };
    }
}
