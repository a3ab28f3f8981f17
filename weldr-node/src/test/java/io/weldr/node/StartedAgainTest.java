package io.weldr.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which service manager starts a process again, by its environment. */
class StartedAgainTest {
    @Test
    void nothingStartsAProcessOfAShellAgain() {
        assertThat(StartedAgain.by(Map.of("PATH", "/bin"), 7)).isNull();
        assertThat(StartedAgain.by(Map.of("WELDR_SUPERVISED", "false"), 7)).isNull();
        // A terminal that is a service of the user: the shell in it started this process.
        assertThat(StartedAgain.by(Map.of("INVOCATION_ID", "0a", "SYSTEMD_EXEC_PID", "6"), 7))
                .isNull();
    }

    @Test
    void eachServiceManagerIsKnownByItsVariable() {
        assertThat(StartedAgain.by(Map.of("INVOCATION_ID", "0a", "SYSTEMD_EXEC_PID", "7"), 7))
                .isEqualTo("systemd");
        assertThat(StartedAgain.by(Map.of("INVOCATION_ID", "0a"), 7))
                .as("systemd before 248")
                .isEqualTo("systemd");
        assertThat(StartedAgain.by(Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1"), 7))
                .isEqualTo("kubernetes");
        assertThat(StartedAgain.by(Map.of("WELDR_SUPERVISED", "true"), 7)).isEqualTo("WELDR_SUPERVISED");
    }
}
