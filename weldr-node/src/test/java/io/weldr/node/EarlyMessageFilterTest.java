package io.weldr.node;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.spi.FilterReply;
import java.io.IOException;
import org.apache.ratis.protocol.exceptions.ServerNotReadyException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EarlyMessageFilterTest {
    private static final String DIVISION = "org.apache.ratis.server.RaftServer$Division";

    @Test
    void whatComesTooEarlyIsDropped() {
        ServerNotReadyException early = new ServerNotReadyException("the server role is not yet initialized");
        assertThat(decide(DIVISION, early)).isEqualTo(FilterReply.DENY);
        assertThat(decide(DIVISION, new IOException("append", early))).isEqualTo(FilterReply.DENY);
    }

    @Test
    void everythingElseIsKept() {
        assertThat(decide(DIVISION, new IOException("the disk is full"))).isEqualTo(FilterReply.NEUTRAL);
        assertThat(decide(DIVISION, null)).isEqualTo(FilterReply.NEUTRAL);
        assertThat(decide("io.weldr.raft.ConsensusPart", new ServerNotReadyException("closed")))
                .isEqualTo(FilterReply.NEUTRAL);
    }

    private static FilterReply decide(String logger, @Nullable Throwable failure) {
        return new EarlyMessageFilter()
                .decide(new LoggingEvent(
                        "",
                        new LoggerContext().getLogger(logger),
                        Level.ERROR,
                        "Failed appendEntries",
                        failure,
                        new Object[0]));
    }
}
