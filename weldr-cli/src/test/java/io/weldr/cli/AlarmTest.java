package io.weldr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AlarmTest {
    private final CompletableFuture<CliException> rung = new CompletableFuture<>();
    private final Alarm alarm = new Alarm(rung::complete);

    private static CliException verdict(String line) {
        return new CliException(ExitCode.UNREACHABLE, line);
    }

    private static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    @Test
    void itRingsWithWhatIsTrueThen() throws Exception {
        alarm.arm(in(Duration.ofHours(-1)), () -> verdict("too late"));
        assertThat(rung.get(20, TimeUnit.SECONDS)).hasMessage("too late");
    }

    @Test
    void aDisarmedAlarmDoesNotRingAndMayBeArmedAgain() throws Exception {
        alarm.arm(in(Duration.ofHours(1)), () -> verdict("the first"));
        alarm.disarm();
        assertThat(rung).isNotDone();
        alarm.arm(in(Duration.ofHours(-1)), () -> verdict("the second"));
        assertThat(rung.get(20, TimeUnit.SECONDS)).hasMessage("the second");
    }
}
