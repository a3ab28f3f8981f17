package io.weldr.it.chaos;

import io.weldr.it.harness.InsideNetwork;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The faults of {@link ChaosIT}, in a cluster of five. Its properties are the same. */
@ExtendWith(InsideNetwork.class)
@InsideNetwork.Nodes(5)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FiveVotersIT {
    @Test
    @Tag("chaos")
    @Timeout(24 * 3_600)
    void faultsForALongTime() throws Exception {
        long seed = ChaosIT.seed();
        Duration time = Duration.ofMinutes(Integer.getInteger("chaos.minutes", 20));
        ChaosIT.play(seed, false, ChaosIT.again(new Random(seed), time));
    }
}
