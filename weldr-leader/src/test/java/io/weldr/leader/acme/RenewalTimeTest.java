package io.weldr.leader.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.certificate.Sealed;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RenewalTimeTest {
    private static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant TO = FROM.plus(Duration.ofDays(90));

    private static IssuedChain chain(int number) {
        return new IssuedChain(
                "",
                new Sealed(""),
                List.of(),
                FROM,
                TO,
                "EC P-256",
                "1",
                String.format("%064x", 0x9e3779b97f4a7c15L * number));
    }

    @Test
    void isTwoThirdsOfTheLifeAndDiffersFromCertificateToCertificate() {
        Set<Instant> moments = new HashSet<>();
        for (int i = 1; i <= 200; i++) {
            Instant moment = RenewalTime.byLife(chain(i));
            assertThat(moment).isEqualTo(RenewalTime.byLife(chain(i))); // whichever leader asks
            assertThat(Duration.between(FROM, moment)).isBetween(Duration.ofDays(58), Duration.ofDays(62));
            moments.add(moment);
        }
        assertThat(moments).hasSizeGreaterThan(190);
    }

    @Test
    void isARandomMomentOfTheWindow() {
        RenewalWindow window = new RenewalWindow(FROM.plus(Duration.ofDays(50)), FROM.plus(Duration.ofDays(60)));
        int inTheFirstHalf = 0;
        for (int i = 1; i <= 200; i++) {
            Instant moment = RenewalTime.byWindow(chain(i), window);
            assertThat(moment).isBetween(window.start(), window.end());
            inTheFirstHalf += moment.isBefore(FROM.plus(Duration.ofDays(55))) ? 1 : 0;
        }
        assertThat(inTheFirstHalf).isBetween(70, 130);
    }

    @Test
    void aWindowAfterTheEndOfTheLifeIsNotWaitedFor() {
        RenewalWindow window = new RenewalWindow(TO, TO.plus(Duration.ofDays(1)));
        assertThat(RenewalTime.byWindow(chain(1), window)).isEqualTo(FROM.plus(Duration.ofDays(81)));
    }
}
