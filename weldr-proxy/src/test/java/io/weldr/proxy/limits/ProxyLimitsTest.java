package io.weldr.proxy.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.proxy.limits.Limit.Unit;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ProxyLimitsTest {
    /** The first three cells of a limit: name, default, range. */
    private static final Pattern ROW = Pattern.compile("^\\| `(\\w+)` \\| ([^|]*) \\| ([^|]*) ?\\|", Pattern.MULTILINE);

    @Test
    void defaultsArePinned() {
        assertThat(ProxyLimits.DEFAULTS)
                .hasToString("ProxyLimits[requestLineBytesMax=8192, headBytesMax=16384, fieldsMax=100, "
                        + "trailerBytesMax=8192, chunkLineBytesMax=256, requestBodyBytesMax=0, drainBytesMax=1048576, "
                        + "backlogHighBytes=131072, backlogLowBytes=32768, heldBytesMax=0, connectionsMax=20000, "
                        + "exchangesPerConnectionMax=0, connectionsPerOriginMax=0, queuePerOriginMax=1024, "
                        + "idlePerOriginMax=1024, http2StreamsMax=128, http2StreamWindowBytes=65536, http2BlockFramesMax=8, "
                        + "http2IdleFramesMax=1000, http2ResetsMax=300, http2ProvokedResetsMax=50, handshakesMax=1024, "
                        + "clientHelloBytesMax=16384, originStreamsMax=100, originStreamWindowBytes=262144, "
                        + "originPingInterval=PT6M, originPingTimeout=PT20S, connectTriesMax=3, retryPercentMax=20, retryBurstMax=10, "
                        + "ejectAfterFailures=5, ejectSharePercentMax=50, ejectTime=PT5S, ejectTimeMax=PT5M, "
                        + "connectTimeout=PT1.5S, tlsTimeout=PT5S, handshakeTimeout=PT10S, requestHeadTimeout=PT10S, responseHeadTimeout=PT1M, "
                        + "clientIdleTimeout=PT2M, originIdleTimeout=PT50S, originConnectionAgeMax=PT5M, clientProgressTimeout=PT30S, "
                        + "originProgressTimeout=PT1M, tunnelIdleTimeout=PT10M, queueTimeout=PT2S, exchangeTimeout=PT0S, "
                        + "lingerTimeout=PT1S, httpSeriesMax=1000, originSeriesMax=500]");
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
    void limitsThatGoOnlyWithEachOtherAreCheckedTogether() {
        ProxyLimits limits = ProxyLimits.builder()
                .set("requestLineBytesMax", 32 * 1024)
                .set("headBytesMax", 64 * 1024L)
                .build();
        assertThat(limits.requestLineBytesMax()).isEqualTo(32 * 1024);
        assertThat(limits.headBytesMax()).isEqualTo(64 * 1024);
        ProxyLimits.Builder alone = ProxyLimits.builder().set("requestLineBytesMax", 32 * 1024);
        assertThatThrownBy(alone::build)
                .isInstanceOfSatisfying(
                        LimitException.class, e -> assertThat(e.limit()).isEqualTo("headBytesMax"))
                .hasMessage("headBytesMax: 16384 (expected: >= 32768)");
    }

    @Test
    void aValueIsOfTheTypeOfItsLimit() {
        ProxyLimits limits = ProxyLimits.DEFAULTS;
        assertThat(limits.with("requestBodyBytesMax", 5)).isEqualTo(limits.with("requestBodyBytesMax", 5L));
        assertThat(limits.with("requestBodyBytesMax", 5_000_000_000L).requestBodyBytesMax())
                .isEqualTo(5_000_000_000L);
        assertThatThrownBy(() -> limits.with("fieldsMax", 1.5))
                .hasMessageStartingWith("fieldsMax: 1.5 (expected: a whole");
        assertThatThrownBy(() -> limits.with("fieldsMax", "1"))
                .hasMessageStartingWith("fieldsMax: 1 (expected: a whole");
        assertThatThrownBy(() -> limits.with("connectTimeout", Duration.ofMillis(-1)))
                .hasMessage("connectTimeout: PT-0.001S (expected: at most PT168H)");
        assertThatThrownBy(() -> limits.with("connectTimeout", Duration.ofSeconds(Long.MAX_VALUE)))
                .hasMessageEndingWith("(expected: at most PT168H)");
    }

    /** Name, field and accessor of a limit are three words in the source; a slip in one of them shows here. */
    @Test
    void everyLimitIsReadByTheAccessorOfItsNameAndByNoOther() throws Exception {
        for (Limit changed : ProxyLimits.all()) {
            ProxyLimits limits = ProxyLimits.DEFAULTS.with(changed.name(), more(changed.defaultValue()));
            for (Limit limit : ProxyLimits.all()) {
                Object read = ProxyLimits.class.getMethod(limit.name()).invoke(limits);
                assertThat(read)
                        .as("%s() after %s was changed", limit.name(), changed.name())
                        .isEqualTo(
                                limit.name().equals(changed.name())
                                        ? more(limit.defaultValue())
                                        : limit.defaultValue());
            }
        }
    }

    private static Object more(Object value) {
        if (value instanceof Duration time) {
            return time.plusMillis(1);
        }
        return value instanceof Integer number ? (Object) (number + 1) : (Object) ((Long) value + 1);
    }

    @Test
    void theReferenceHasEveryLimitWithItsDefaultAndItsRange() throws Exception {
        String page = Files.readString(Path.of("..", "docs", "reference", "limits.md"));
        Map<String, String> documented = new TreeMap<>();
        Map<String, String> declared = new TreeMap<>();
        Set<String> times = ProxyLimits.all().stream()
                .filter(limit -> limit.unit() == Unit.TIME)
                .map(Limit::name)
                .collect(Collectors.toSet());
        ROW.matcher(page).results().forEach(row -> {
            boolean isTime = times.contains(row.group(1)); // all times have one range, and the page says it once
            documented.put(row.group(1), row.group(2) + (isTime ? "" : ", " + withDefaults(row.group(3))));
        });
        for (Limit limit : ProxyLimits.all()) {
            declared.put(limit.name(), readableDefault(limit) + (limit.unit() == Unit.TIME ? "" : ", " + range(limit)));
        }
        assertThat(documented).isEqualTo(declared);
    }

    /**
     * The default as the page has it. 0 turns off every limit but this one, which follows the memory of the process.
     */
    private static String readableDefault(Limit limit) {
        return limit.name().equals("heldBytesMax")
                ? "half of the direct memory"
                : readable(limit.unit(), limit.defaultValue());
    }

    /** A range with the defaults of the limits that it names. */
    private static String withDefaults(String range) {
        String text = range.strip();
        for (Limit limit : ProxyLimits.all()) {
            text = text.replace("`" + limit.name() + "`", readable(limit.unit(), limit.defaultValue()));
        }
        return text;
    }

    private static String range(Limit limit) {
        String least = bound(limit, limit.range().least());
        return limit.range().most() == Long.MAX_VALUE
                ? "from " + least
                : least + " to " + bound(limit, limit.range().most());
    }

    private static String bound(Limit limit, long value) {
        return limit.unit() == Unit.BYTES && value > 0 ? readable(limit.unit(), value) : String.valueOf(value);
    }

    /** As people write it: {@code 8 KiB}, {@code 1.5 s}, {@code 20 %}, {@code off}. */
    private static String readable(Unit unit, Object value) {
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
        if (unit == Unit.BYTES) {
            int kibi = 1024;
            int mebi = 1024 * kibi;
            return number % mebi == 0
                    ? number / mebi + " MiB"
                    : number % kibi == 0 ? number / kibi + " KiB" : number + " B";
        }
        return unit == Unit.PERCENT ? number + " %" : String.valueOf(number);
    }
}
