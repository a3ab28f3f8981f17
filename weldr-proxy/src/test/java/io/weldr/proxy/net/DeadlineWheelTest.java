package io.weldr.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DeadlineWheelTest {

    private static final long TICK_NANOS = DeadlineWheel.TICK_MILLIS * 1_000_000;

    private final DeadlineWheel wheel = new DeadlineWheel();
    private final List<String> expired = new ArrayList<>();

    private Deadline deadline(String name) {
        return new Deadline(wheel, () -> expired.add(name));
    }

    private void advanceTo(long tick) {
        boolean all = false;
        while (!all) {
            all = wheel.advance((tick - 1) * TICK_NANOS);
        }
    }

    @Test
    void aDeadlineExpiresOnceAndNotEarly() {
        Deadline one = deadline("one");
        one.in(5);
        advanceTo(5);
        assertThat(expired).isEmpty();
        advanceTo(6);
        assertThat(expired).containsExactly("one");
        advanceTo(3000);
        assertThat(expired).containsExactly("one");
    }

    @Test
    void oneThatFailsIsToldAndKeepsNoOtherFromExpiring() {
        Deadline before = deadline("before");
        Deadline broken = new Deadline(wheel, () -> {
            throw new OutOfMemoryError("broken");
        });
        Deadline after = deadline("after");
        before.in(2);
        broken.in(2);
        after.in(2);
        assertThatThrownBy(() -> advanceTo(3)).hasRootCauseMessage("broken");
        assertThat(expired).containsExactlyInAnyOrder("before", "after");
        broken.off();
        after.in(2);
        advanceTo(10);
        assertThat(expired).hasSize(3);
    }

    @Test
    void itCanBeMovedBothWaysAndTurnedOff() {
        Deadline later = deadline("later");
        later.in(5);
        later.in(20);
        Deadline sooner = deadline("sooner");
        sooner.in(2000);
        sooner.in(3);
        Deadline off = deadline("off");
        off.in(2);
        off.off();
        Deadline gone = deadline("gone");
        gone.in(2);
        gone.cancel();
        advanceTo(19);
        assertThat(expired).containsExactly("sooner");
        advanceTo(50);
        assertThat(expired).containsExactly("sooner", "later");
    }

    @Test
    void whatExpiresMaySetAndCancelOthersOfTheSameSlot() {
        Deadline victim = deadline("victim");
        List<Deadline> self = new ArrayList<>();
        Deadline killer = new Deadline(wheel, () -> {
            expired.add("killer");
            victim.cancel();
            self.get(0).in(1);
        });
        self.add(killer);
        Deadline bystander = deadline("bystander");
        bystander.in(3);
        victim.in(3);
        killer.in(3); // hung last, looked at first
        advanceTo(4);
        assertThat(expired).containsExactly("killer", "bystander");
        advanceTo(5);
        assertThat(expired).containsExactly("killer", "bystander", "killer");
    }

    @Test
    void aPauseLongerThanATurnLosesNothing() {
        for (int i = 1; i <= 3000; i += 7) {
            deadline("d" + i).in(i);
        }
        advanceTo(10_000);
        assertThat(expired).hasSize(429);
    }

    @Test
    void whatExpiresTogetherExpiresAFewAtATime() {
        int many = 10 * DeadlineWheel.EXPIRED_AT_ONCE_MAX;
        Deadline moved = deadline("moved"); // looked at last, and moved while it waits for its turn
        moved.in(2);
        Deadline cancelled = deadline("cancelled");
        cancelled.in(2);
        for (int i = 0; i < many; i++) {
            deadline("d" + i).in(i % 2 == 0 ? 2 : 5);
        }
        deadline("later").in(9);
        long at = 7 * TICK_NANOS;
        assertThat(wheel.advance(at)).isFalse();
        assertThat(expired).hasSize(DeadlineWheel.EXPIRED_AT_ONCE_MAX);
        moved.in(100);
        cancelled.cancel();
        Deadline meanwhile = deadline("meanwhile");
        meanwhile.in(1);
        int turns = 1;
        while (!wheel.advance(at)) {
            turns++;
        }
        assertThat(expired)
                .hasSize(many)
                .doesNotHaveDuplicates()
                .doesNotContain("moved", "cancelled", "later", "meanwhile");
        assertThat(turns).isBetween(9, 10);
        advanceTo(9);
        assertThat(expired).hasSize(many + 1).endsWith("meanwhile");
        advanceTo(200);
        assertThat(expired).hasSize(many + 3).endsWith("later", "moved");
    }

    @Test
    void randomDeadlinesExpireWithinATick() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        int[] due = new int[200];
        List<Deadline> deadlines = new ArrayList<>();
        for (int i = 0; i < due.length; i++) {
            int index = i;
            deadlines.add(new Deadline(wheel, () -> {
                assertThat(wheel.now()).as("seed %d", seed).isEqualTo(due[index]);
                due[index] = 0;
            }));
        }
        for (int tick = 2; tick < 5000; tick++) {
            for (int n = 0; n < 3; n++) {
                int i = random.nextInt(due.length);
                int in = 1 + random.nextInt(1500);
                deadlines.get(i).in(in);
                due[i] = (int) wheel.now() + in;
            }
            advanceTo(tick);
            for (int left : due) {
                assertThat(left == 0 || left > wheel.now()).as("seed %d", seed).isTrue();
            }
        }
    }

    @Test
    void waitsAreRoundedUp() {
        assertThat(DeadlineWheel.ticks(Duration.ofMillis(1))).isEqualTo(2);
        assertThat(DeadlineWheel.ticks(Duration.ofMillis(100))).isEqualTo(2);
        assertThat(DeadlineWheel.ticks(Duration.ofMillis(101))).isEqualTo(3);
    }
}
