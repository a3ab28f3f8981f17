package io.weldr.raft.leader;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.LeaderDuty;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class LeaderDutiesTest {
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final CountDownLatch mayStart = new CountDownLatch(1);

    private final LeaderDuty slow = new LeaderDuty() {
        @Override
        public void start(long term) {
            events.add("start " + term);
            try {
                assertThat(mayStart.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                        .isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void suspend() {
            events.add("suspend");
        }

        @Override
        public void stop() {
            events.add("stop");
        }
    };

    @Test
    void dutiesAreStoppedThoughNobodyWaitsAnyMore() {
        try (LeaderDuties duties = new LeaderDuties(List.of(slow))) {
            duties.start(3);
            await().until(() -> events.contains("start 3"));
            CompletableFuture<Void> stopped = duties.stop();
            // The watchdog gives leadership up all the same; what it stopped waiting for must happen nevertheless.
            assertThatThrownBy(() -> stopped.orTimeout(1, TimeUnit.MILLISECONDS).get())
                    .hasCauseInstanceOf(TimeoutException.class);
            mayStart.countDown();
            await().until(() -> events.equals(List.of("start 3", "stop")));
        }
    }

    @Test
    void aDoubtSuspendsAndTheSameTermGoesOn() {
        mayStart.countDown();
        try (LeaderDuties duties = new LeaderDuties(List.of(slow))) {
            duties.start(3);
            await().until(() -> events.contains("start 3"));
            duties.suspend(3);
            duties.suspend(3);
            await().until(() -> events.contains("suspend"));
            assertThat(duties.wanted()).isTrue();
            duties.start(3);
            await().until(() -> events.size() >= 3);
            duties.stop().join();
            assertThat(events).containsExactly("start 3", "suspend", "start 3", "stop");
        }
    }

    @Test
    void aDoubtInAnotherTermStopsWhatWasDoneInTheLast() {
        mayStart.countDown();
        try (LeaderDuties duties = new LeaderDuties(List.of(slow))) {
            duties.start(3);
            await().until(() -> events.contains("start 3"));
            duties.suspend(5);
            await().until(() -> events.contains("stop"));
            assertThat(duties.wanted()).isFalse();
            duties.start(5);
            await().until(() -> events.contains("start 5"));
            duties.suspend(5);
            await().until(() -> events.contains("suspend"));
            duties.stop().join();
            assertThat(events).containsExactly("start 3", "stop", "start 5", "suspend", "stop");
        }
    }

    @Test
    void aDutyThatThrowsDoesNotKeepTheOthersFromStopping() {
        LeaderDuty broken = new LeaderDuty() {
            @Override
            public void start(long term) {
                throw new IllegalStateException("broken");
            }

            @Override
            public void stop() {
                throw new IllegalStateException("broken");
            }
        };
        mayStart.countDown();
        try (LeaderDuties duties = new LeaderDuties(List.of(broken, slow))) {
            duties.start(1);
            await().until(() -> events.contains("start 1"));
            duties.stop().join();
            assertThat(events).containsExactly("start 1", "stop");
        }
    }
}
