package io.weldr.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.OriginSpec;
import io.weldr.core.tls.TlsCause;
import io.weldr.core.tls.TlsFailure;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class TlsFailureLogTest {
    private static final TlsFailure EXPIRED =
            new TlsFailure(TlsCause.CERTIFICATE_EXPIRED, "certificate expired on 2026-01-01");

    private final Logger logger = (Logger) LoggerFactory.getLogger(TlsFailureLog.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final TlsFailureLog log = new TlsFailureLog();

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
    }

    private static Origin origin() {
        OriginSpec spec = OriginSpec.of(OriginUrl.parse("https://a.example:443"));
        return ClusterState.INITIAL
                .apply(new Command.AddOrigin(PoolName.DEFAULT, spec, true, Instant.EPOCH), 1)
                .next()
                .defaultPool()
                .origins()
                .get(0);
    }

    @Test
    void theFirstFailureIsToldAtOnceThenOneInAMinuteWithACount() {
        Origin origin = origin();
        long start = -5; // clocks of a JVM begin anywhere
        log.report(origin, EXPIRED, start);
        log.report(origin, EXPIRED, start);
        log.report(origin, EXPIRED, start + TlsFailureLog.EVERY.toNanos() - 1);
        log.report(origin, EXPIRED, start + TlsFailureLog.EVERY.toNanos());
        log.report(origin, EXPIRED, start + 2 * TlsFailureLog.EVERY.toNanos());
        String line =
                "TLS to origin " + origin.url() + " failed (certificate_expired): certificate expired on 2026-01-01";
        List<String> told =
                lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
        assertThat(told).containsExactly(line, line + "; 2 more failures since the last line", line);
        assertThat(lines.list).extracting(ILoggingEvent::getLevel).containsOnly(Level.WARN);
    }
}
