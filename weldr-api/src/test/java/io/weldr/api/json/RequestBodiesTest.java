package io.weldr.api.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.api.admin.HealthDraft;
import io.weldr.api.admin.OriginDraft;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemException;
import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPolicy;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.StatusRange;
import io.weldr.wire.json.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What bodies say, without a socket. */
class RequestBodiesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void everyMemberOfANewOriginIsRead() {
        OriginDraft draft = RequestBodies.newOrigin(bytes("""
                {"url": "https://web-1.internal", "id": "web-1", "weight": 3, "host": "rewrite",
                 "health": {"path": "/up?deep=1", "method": "HEAD", "expect": "200-299,401", "interval": "1m",
                            "timeout": 0.25, "failures": 5, "passes": 1, "initial": "down",
                            "confirm": "leader-only"}}
                """));
        assertThat(String.valueOf(draft.url())).isEqualTo("https://web-1.internal:443");
        assertThat(draft.id()).isEqualTo(new OriginId("web-1"));
        assertThat(draft.weight()).isEqualTo(3);
        assertThat(draft.host()).isEqualTo(HostPolicy.REWRITE);
        HealthDraft health = draft.health();
        assertThat(health).isNotNull();
        HealthPolicy whole = health.complete(HealthPolicy.DEFAULT);
        assertThat(whole.path()).isEqualTo("/up?deep=1");
        assertThat(whole.method()).isEqualTo(HealthPolicy.Method.HEAD);
        assertThat(StatusRange.text(whole.expected())).isEqualTo("200-299,401");
        assertThat(whole.interval()).isEqualTo(Duration.ofMinutes(1));
        assertThat(whole.timeout()).isEqualTo(Duration.ofMillis(250));
        assertThat(whole.failuresToDown()).isEqualTo(5);
        assertThat(whole.passesToUp()).isEqualTo(1);
        assertThat(whole.initial()).isEqualTo(HealthPolicy.Initial.DOWN);
        assertThat(whole.confirm()).isEqualTo(HealthPolicy.Confirm.LEADER_ONLY);
    }

    @Test
    void whatIsNotSaidOfAPolicyIsAsThePoolHasIt() {
        HealthDraft draft = RequestBodies.health(bytes("{\"interval\":\"5s\",\"expect\":204}"));
        HealthPolicy whole = draft.complete(HealthPolicy.DEFAULT);
        assertThat(whole.interval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(StatusRange.text(whole.expected())).isEqualTo("204");
        assertThat(whole.failuresToDown()).isEqualTo(HealthPolicy.DEFAULT.failuresToDown());
    }

    @Test
    void drainingHasADeadlineAndNothingElseHas() {
        assertThat(RequestBodies.originPatch(bytes("{\"admin\":\"draining\"}"), NOW)
                        .drainDeadline())
                .isEqualTo(NOW.plus(RequestBodies.DRAIN_DEFAULT));
        assertThat(RequestBodies.originPatch(
                                bytes("{\"admin\":\"draining\",\"drainDeadline\":\"2026-01-01T01:00:00Z\"}"), NOW)
                        .drainDeadline())
                .isEqualTo(NOW.plusSeconds(3600));
        OriginDraft enabled = RequestBodies.originPatch(bytes("{\"admin\":\"enabled\"}"), NOW);
        assertThat(enabled.admin()).isEqualTo(AdminState.ENABLED);
        assertThat(enabled.drainDeadline()).isNull();
        assertThatThrownBy(() -> RequestBodies.originPatch(
                        bytes("{\"admin\":\"draining\",\"drainFor\":1,\"drainDeadline\":\"2026-01-01T01:00:00Z\"}"),
                        NOW))
                .hasMessageContaining("not both");
    }

    @ParameterizedTest
    @CsvSource({"250ms,250", "30s,30000", "1m,60000", "2h,7200000", "0s,0", "999999999ms,999999999"})
    void durationsAreReadAsPeopleWriteThem(String text, long millis) {
        assertThat(Durations.parse(text)).isEqualTo(Duration.ofMillis(millis));
        assertThat(Durations.parse(Durations.text(Duration.ofMillis(millis)))).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "5", "5 s", "-5s", "5S", "1d", "9999999999s", "1.5s", "٣s"})
    void otherDurationsAreRefused(String text) {
        assertThatThrownBy(() -> Durations.parse(text)).hasMessageContaining("250ms, 30s or 1m");
    }

    @Test
    void aProblemSaysWhichMemberWhatWasFoundAndWhatWasExpected() {
        Problem problem = problem("{\"url\":\"http://127.0.0.1:1\",\"health\":{\"failures\":\"three\"}}");
        assertThat(problem.detail()).startsWith("health.failures: ");
        assertThat(problem.found()).isEqualTo("\"three\"");
        assertThat(problem.expected()).isEqualTo("a whole number");
        Problem url = problem("{\"url\":\"http://127.0.0.1\\n:1\"}");
        assertThat(url.detail()).doesNotContain("\n");
    }

    private static Problem problem(String body) {
        try {
            RequestBodies.newOrigin(bytes(body));
        } catch (ProblemException e) {
            return e.problem();
        }
        throw new AssertionError("was taken: " + body);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyMutationIsReadOrRefusedWithAProblem(long seed) {
        Random random = new Random(seed);
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] body = Mutations.of(random);
            try {
                switch (i % 4) {
                    case 0 -> RequestBodies.newOrigin(body);
                    case 1 -> RequestBodies.originPatch(body, NOW);
                    case 2 -> RequestBodies.wholeOrigin(body, new OriginId("a"), NOW);
                    default -> RequestBodies.health(body);
                }
                read++;
            } catch (ProblemException refused) {
                Problem problem = refused.problem();
                assertThat(problem.type().httpStatus()).isEqualTo(400);
                assertThat(problem.found()).isNotEmpty();
                assertThat(problem.expected()).isNotEmpty();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", round " + i + ": " + new String(body, UTF_8), e);
            }
        }
        assertThat(read).isPositive();
    }
}
