package io.weldr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class FailureTest {
    private static final Endpoint NODE = new Endpoint("::1", 8787);

    private static Failure of(Status status, boolean left) {
        return Failure.of(NODE, status.asRuntimeException(), left);
    }

    @Test
    void whyThereIsNoConnectionIsTold() {
        Status status = Status.UNAVAILABLE.withDescription("io exception");
        assertThat(of(status.withCause(new ConnectException("Connection refused: /[::1]:8787")), false)
                        .line())
                .isEqualTo("[::1]:8787: connection refused");
        assertThat(of(status.withCause(new ConnectTimeoutException("connection timed out after 1000 ms")), false)
                        .line())
                .isEqualTo("[::1]:8787: connection timed out");
        assertThat(of(status.withCause(new NoRouteToHostException("No route to host")), false)
                        .line())
                .isEqualTo("[::1]:8787: no route to host");
        assertThat(of(status.withCause(new ConnectException("Network is unreachable")), false)
                        .line())
                .isEqualTo("[::1]:8787: no connection: Network is unreachable");
        assertThat(of(status.withCause(new UnknownHostException("nowhere")), false)
                        .line())
                .isEqualTo("[::1]:8787: no such host");
    }

    @Test
    void aPortThatDoesNotKnowTheCallIsAsGoodAsNoNode() {
        Failure failure = of(Status.UNIMPLEMENTED.withDescription("Method not found: weldr"), true);
        assertThat(failure.elsewhere()).isTrue();
        assertThat(failure.maybeDone()).isFalse();
        assertThat(failure.lasting()).isTrue();
        assertThat(failure.exception().exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(failure.line()).contains("[::1]:8787", "grpc-address", "8787", "raft-address", "Method not found");
    }

    @Test
    void aDoubtNamesTheNode() {
        Failure failure = of(Status.DEADLINE_EXCEEDED, true);
        assertThat(failure.maybeDone()).isTrue();
        assertThat(failure.doubt().exitCode()).isEqualTo(ExitCode.UNKNOWN);
        assertThat(failure.doubt().text()).isEqualTo("it may have been done: [::1]:8787: no answer in time");
    }
}
