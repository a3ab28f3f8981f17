package io.weldr.proxy.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProxyLimitsTest {

    @Test
    void defaultsArePinned() {
        assertThat(ProxyLimits.DEFAULTS)
                .hasToString("ProxyLimits[requestLineBytesMax=8192, headBytesMax=16384, fieldsMax=100, "
                        + "trailerBytesMax=8192, chunkLineBytesMax=256, requestBodyBytesMax=0, drainBytesMax=1048576, "
                        + "backlogHighBytes=131072, backlogLowBytes=32768, heldBytesMax=0, connectionsMax=20000, "
                        + "exchangesPerConnectionMax=0, connectionsPerOriginMax=0, queuePerOriginMax=1024, "
                        + "idlePerOriginMax=256, connectTriesMax=3, retryPercentMax=20, retryBurstMax=10, "
                        + "ejectAfterFailures=5, ejectSharePercentMax=50, ejectTime=PT5S, ejectTimeMax=PT5M, "
                        + "connectTimeout=PT1.5S, tlsTimeout=PT5S, requestHeadTimeout=PT10S, responseHeadTimeout=PT1M, "
                        + "clientIdleTimeout=PT2M, originIdleTimeout=PT50S, clientProgressTimeout=PT30S, "
                        + "originProgressTimeout=PT1M, tunnelIdleTimeout=PT10M, queueTimeout=PT2S, exchangeTimeout=PT0S, "
                        + "lingerTimeout=PT1S]");
    }

    @Test
    void oneLimitCanBeChangedByName() {
        ProxyLimits changed = ProxyLimits.DEFAULTS
                .with("connectTimeout", Duration.ofMillis(200))
                .with("headBytesMax", 9000);
        assertThat(changed.connectTimeout()).isEqualTo(Duration.ofMillis(200));
        assertThat(changed.headBytesMax()).isEqualTo(9000);
        assertThat(changed.fieldsMax()).isEqualTo(100);
    }

    @Test
    void whatCannotBeIsRefusedByName() {
        ProxyLimits limits = ProxyLimits.DEFAULTS;
        assertThatThrownBy(() -> limits.with("conectTimeout", Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("conectTimeout");
        assertThatThrownBy(() -> limits.with("connectTimeout", 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("connectTimeout: 5 (expected: a duration)");
        assertThatThrownBy(() -> limits.with("connectTimeout", Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("connectTimeout: PT0S");
        assertThatThrownBy(() -> limits.with("headBytesMax", 100))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("headBytesMax: 100 (expected: >= 8192)");
        assertThatThrownBy(() -> limits.with("fieldsMax", 5_000_000_000L))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("fieldsMax: 5000000000 (expected: a whole number");
    }

    @Test
    void everyLimitIsInTheReferenceWithItsDefault() throws Exception {
        String page = Files.readString(Path.of("..", "docs", "reference", "limits.md"));
        for (RecordComponent limit : ProxyLimits.class.getRecordComponents()) {
            Object value = limit.getAccessor().invoke(ProxyLimits.DEFAULTS);
            assertThat(page).contains("| `" + limit.getName() + "` | " + readable(limit.getName(), value) + " |");
        }
    }

    /** As people write it: {@code 8 KiB}, {@code 1.5 s}, {@code 20 %}, {@code off}. */
    private static String readable(String name, Object value) {
        if (value instanceof Duration time) {
            BigDecimal seconds = BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros();
            return time.isZero()
                    ? "off"
                    : time.toSeconds() > 120 ? time.toMinutes() + " min" : seconds.toPlainString() + " s";
        }
        long number = ((Number) value).longValue();
        if (number == 0) {
            return "off";
        }
        if (name.contains("Bytes")) {
            int kibi = 1024;
            int mebi = 1024 * kibi;
            return number % mebi == 0
                    ? number / mebi + " MiB"
                    : number % kibi == 0 ? number / kibi + " KiB" : number + " B";
        }
        return name.contains("Percent") ? number + " %" : String.valueOf(number);
    }
}
