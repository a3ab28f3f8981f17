package io.weldr.core.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HealthPolicy;
import org.junit.jupiter.api.Test;

class HealthTest {
    private static final HealthPolicy POLICY = HealthPolicy.DEFAULT; // three failures, two passes

    @Test
    void threeFailuresInARowTurnItDownAndTwoPassesUp() {
        Health health = observe(Health.of(true), "ff");
        assertThat(health).isEqualTo(new Health(true, 2));
        health = observe(health, "f");
        assertThat(health).isEqualTo(new Health(false, 0));
        health = observe(health, "p");
        assertThat(health).isEqualTo(new Health(false, 1));
        assertThat(observe(health, "p")).isEqualTo(new Health(true, 0));
    }

    @Test
    void anyAgreeingProbeStartsTheCountAgain() {
        assertThat(observe(Health.of(true), "ffpffpff").up()).isTrue();
        assertThat(observe(Health.of(false), "pfpfpfp").up()).isFalse();
    }

    private static Health observe(Health health, String probes) {
        for (int i = 0; i < probes.length(); i++) {
            health = health.observe(probes.charAt(i) == 'p', POLICY);
        }
        return health;
    }
}
