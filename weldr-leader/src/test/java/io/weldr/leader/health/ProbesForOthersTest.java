package io.weldr.leader.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.health.Opinion;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.ProbeQuestion;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** What a member tells a leader that asks for its opinion. */
class ProbesForOthersTest {
    private static final OriginUrl A = Laboratory.url(1);

    private final Laboratory lab = new Laboratory();
    private final ProbesForOthers probes = new ProbesForOthers(lab.state, lab, lab.seenUp, new HealthCounters());

    private CompletionStage<Opinion> ask() {
        return probes.probe(
                new ProbeQuestion(PoolName.DEFAULT, lab.id(A), lab.origin(A).generation()));
    }

    @Test
    void itTellsWhatItsProbeFound() {
        lab.add(A, null);
        lab.answers(A, false);
        assertThat(ask()).isCompletedWithValue(new Opinion(new ProbeResult(false, "connect refused"), false));
    }

    @Test
    void itTellsWhetherItEverSawTheOriginUp() {
        lab.add(A, null);
        lab.answers(A, true);
        assertThat(ask()).isCompletedWithValue(new Opinion(new ProbeResult(true, "status 200"), true));
        lab.answers(A, false);
        assertThat(ask()).isCompletedWithValue(new Opinion(new ProbeResult(false, "connect refused"), true));
        lab.remove(A);
        lab.add(A, null); // another generation: maybe another machine
        assertThat(ask()).isCompletedWithValue(new Opinion(new ProbeResult(false, "connect refused"), false));
    }

    @Test
    void whatItSawAsLeaderCountsToo() {
        lab.add(A, null);
        lab.answers(A, true);
        lab.monitor.start(1);
        lab.time.advance(Duration.ofSeconds(60));
        lab.monitor.stop();
        lab.answers(A, false);
        assertThat(ask()).isCompletedWithValue(new Opinion(new ProbeResult(false, "connect refused"), true));
    }

    @Test
    void aProberThatThrowsIsNoOpinionAndLeavesNoProbeInFlight() {
        lab.add(A, null);
        ProbesForOthers broken = new ProbesForOthers(
                lab.state,
                (url, access, policy) -> {
                    throw new IllegalStateException("as the test wants");
                },
                lab.seenUp,
                new HealthCounters());
        ProbeQuestion question =
                new ProbeQuestion(PoolName.DEFAULT, lab.id(A), lab.origin(A).generation());
        for (int i = 0; i <= ProbesForOthers.IN_FLIGHT_MAX; i++) {
            assertThat(broken.probe(question))
                    .failsWithin(Duration.ZERO)
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(GatewayException.class)
                    .withMessageContaining("could not ask origin " + lab.id(A) + ": ");
        }
    }

    @Test
    void aProbeThatItCouldNotSendIsNoOpinion() {
        lab.add(A, null);
        lab.nothingIsSent = true;
        for (int i = 0; i <= ProbesForOthers.IN_FLIGHT_MAX; i++) {
            assertThat(ask())
                    .failsWithin(Duration.ZERO)
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(GatewayException.class)
                    .withMessageContaining("this node could not ask origin " + lab.id(A) + ": as the test wants");
        }
    }
}
