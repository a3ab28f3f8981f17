package io.weldr.core.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HealthPolicyTest {
    @Test
    void defaultsArePinned() {
        HealthPolicy policy = HealthPolicy.DEFAULT;
        assertThat(policy.path()).isEqualTo("/");
        assertThat(policy.method()).isEqualTo(HealthPolicy.Method.GET);
        assertThat(StatusRange.text(policy.expected())).isEqualTo("200-299");
        assertThat(policy.interval()).isEqualTo(Duration.ofSeconds(30));
        assertThat(policy.timeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(policy.failuresToDown()).isEqualTo(3);
        assertThat(policy.passesToUp()).isEqualTo(2);
        assertThat(policy.initial()).isEqualTo(HealthPolicy.Initial.UP);
        assertThat(policy.confirm()).isEqualTo(HealthPolicy.Confirm.MAJORITY);
    }

    @Test
    void expectsWhatItsRangesHold() {
        HealthPolicy policy = policy("/", "200-204,301", Duration.ofSeconds(1));
        assertThat(List.of(200, 204, 301)).allMatch(policy::expects);
        assertThat(List.of(199, 205, 300, 302)).noneMatch(policy::expects);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "health", "/a b", "/a#b", "/\r\nX: y", "/ü"})
    void refusesPathsThatWouldNotBeOneTarget(String path) {
        assertThatThrownBy(() -> policy(path, "200", Duration.ofSeconds(1))).hasMessageStartingWith("path: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "99", "600", "299-200", "2xx", "200,", "200-"})
    void refusesStatusListsThatMeanNothing(String list) {
        assertThatThrownBy(() -> StatusRange.parseList(list)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTimeoutLongerThanTheIntervalIsRefused() {
        assertThatThrownBy(() -> policy("/", "200", Duration.ofSeconds(31)))
                .hasMessage("timeout: \"31 s\" (expected: at most the interval, 30 s)");
    }

    private static HealthPolicy policy(String path, String expected, Duration timeout) {
        return new HealthPolicy(
                path,
                HealthPolicy.Method.GET,
                StatusRange.parseList(expected),
                Duration.ofSeconds(30),
                timeout,
                3,
                2,
                HealthPolicy.Initial.UP);
    }
}
