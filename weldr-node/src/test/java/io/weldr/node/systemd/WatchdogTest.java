package io.weldr.node.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When the watchdog of the service manager is fed. */
class WatchdogTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private Duration silence = Duration.ZERO;
    private int fed;

    private Watchdog watchdog(Duration timeout) {
        return new Watchdog(timeout, () -> silence, () -> fed++);
    }

    @Test
    void isFedFourTimesInItsTimeoutWhileAllWorkersRun() {
        Watchdog watchdog = watchdog(TIMEOUT);
        silence = Duration.ofMillis(110); // their timer is due each 100 ms
        assertThat(watchdog.check()).isEqualTo(TIMEOUT.dividedBy(4));
        assertThat(watchdog.check()).isEqualTo(TIMEOUT.dividedBy(4));
        assertThat(fed).isEqualTo(2);
    }

    @Test
    void isNotFedWhileAWorkerHangsAndAtOnceWhenItRunsAgain() {
        Watchdog watchdog = watchdog(TIMEOUT);
        silence = TIMEOUT.dividedBy(4);
        for (int i = 0; i < 10; i++) {
            assertThat(watchdog.check()).as("looks again soon").isLessThanOrEqualTo(Duration.ofMillis(100));
        }
        assertThat(fed).isZero();
        silence = Duration.ofMillis(3);
        watchdog.check();
        assertThat(fed).isEqualTo(1);
    }

    @Test
    void isFedForAProxyThatDoesNotServe() {
        silence = Duration.ZERO; // a witness, or a removed node that idles
        watchdog(TIMEOUT).check();
        assertThat(fed).isEqualTo(1);
    }

    @Test
    void aShortTimeoutDoesNotTakeTheGapBetweenTwoTimersForAHang() {
        silence = Duration.ofMillis(300);
        watchdog(Duration.ofSeconds(1)).check();
        assertThat(fed).isEqualTo(1);
    }

    @Test
    void theTimeoutIsReadAsSystemdWritesIt() {
        assertThat(ServiceManager.watchdogTimeout(Map.of(), 42)).isNull();
        assertThat(ServiceManager.watchdogTimeout(Map.of("WATCHDOG_USEC", "10000000"), 42))
                .isEqualTo(TIMEOUT);
        assertThat(ServiceManager.watchdogTimeout(Map.of("WATCHDOG_USEC", "10000000", "WATCHDOG_PID", "42"), 42))
                .isEqualTo(TIMEOUT);
        assertThat(ServiceManager.watchdogTimeout(Map.of("WATCHDOG_USEC", "10000000", "WATCHDOG_PID", "41"), 42))
                .as("of the process that started this one")
                .isNull();
        for (String bad : new String[] {"", "0", "-1", "ten", "99999999999999999999"}) {
            assertThat(ServiceManager.watchdogTimeout(Map.of("WATCHDOG_USEC", bad), 42))
                    .as(bad)
                    .isNull();
        }
    }
}
