package io.weldr.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.port.TicketKeys;
import io.weldr.core.port.TicketKeys.TicketKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SessionTicketKeysTest {
    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);

    private final AtomicReference<ClusterSecret> secret = new AtomicReference<>(Secrets.of(Secrets.UP));
    private final SessionTicketKeys keys = new SessionTicketKeys(secret::get);

    private static List<String> texts(List<TicketKey> keys) {
        return keys.stream()
                .map(key -> HexFormat.of().formatHex(key.name()) + ":"
                        + HexFormat.of().formatHex(key.hmacKey()) + ":"
                        + HexFormat.of().formatHex(key.aesKey()))
                .toList();
    }

    private List<String> at(Instant now) {
        return texts(keys.keys("edge", now));
    }

    /** Members of two versions share them. Computed by another implementation. */
    @Test
    void keysArePinned() {
        assertThat(at(NOON).get(0))
                .isEqualTo("024dc4365277bc3b1ebdd169d143f61c:c9b6b11953eaea5e1b9c095e298b5c27:"
                        + "005e6dd8190fc0471413a5cf88d4e741");
    }

    @Test
    void everyMemberHasTheSameKeysAndEachPartHasItsLength() {
        SessionTicketKeys other = new SessionTicketKeys(() -> Secrets.of(Secrets.UP));
        assertThat(texts(other.keys("edge", NOON))).isEqualTo(at(NOON));
        assertThat(keys.keys("edge", NOON)).hasSize(3).allSatisfy(key -> {
            assertThat(key.name()).hasSize(16);
            assertThat(key.hmacKey()).hasSize(16);
            assertThat(key.aesKey()).hasSize(16).isNotEqualTo(key.hmacKey());
            assertThat(key).hasToString("ticket key");
        });
    }

    @Test
    void aTicketIsTakenByMembersWhoseClocksAreAheadOrBehindAndADayLater() {
        String today = at(NOON).get(0);
        assertThat(at(Instant.parse("2026-06-01T00:00:00Z")).get(0)).isEqualTo(today);
        assertThat(at(Instant.parse("2026-06-01T23:59:59Z")).get(0)).isEqualTo(today);
        assertThat(at(NOON.plus(DAY))).contains(today).first().isNotEqualTo(today);
        assertThat(at(NOON.minus(DAY))).contains(today).first().isNotEqualTo(today);
        assertThat(at(NOON.plus(DAY.multipliedBy(2)))).doesNotContain(today);
        assertThat(at(NOON.minus(DAY.multipliedBy(2)))).doesNotContain(today);
        assertThat(at(Instant.EPOCH.minusSeconds(1))).hasSize(3).doesNotHaveDuplicates();
    }

    /** A session without a client certificate must not resume where one is required. */
    @Test
    void policiesShareNoKey() {
        assertThat(texts(keys.keys("edge/require", NOON))).doesNotContainAnyElementsOf(at(NOON));
    }

    @Test
    void whileTheSecretIsReplacedTicketsOfBothAreTaken() {
        List<String> old = at(NOON);
        secret.set(Secrets.of(Secrets.DOWN, Secrets.UP));
        List<String> both = at(NOON);
        assertThat(both).hasSize(6).endsWith(old.toArray(String[]::new)).doesNotHaveDuplicates();
        secret.set(Secrets.of(Secrets.DOWN));
        assertThat(at(NOON)).isEqualTo(both.subList(0, 3));
    }

    @Test
    void aNodeWithoutASecretHasNone() {
        assertThat(TicketKeys.NONE.keys("edge", NOON)).isEmpty();
    }
}
