package io.weldr.node;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/**
 * Drops what Ratis logs of a message that comes before this node has opened its log, or when it closes: a stack trace
 * at ERROR, for something that each start of a cluster sees, and that the sender sends again. Made by Logback, as its
 * configuration says. Any thread.
 */
public final class EarlyMessageFilter extends Filter<ILoggingEvent> {
    private static final String RATIS = "org.apache.ratis";
    private static final String NOT_READY = "org.apache.ratis.protocol.exceptions.ServerNotReadyException";

    @Override
    public FilterReply decide(ILoggingEvent event) {
        if (event.getLoggerName().startsWith(RATIS)) {
            for (IThrowableProxy cause = event.getThrowableProxy(); cause != null; cause = cause.getCause()) {
                if (cause.getClassName().equals(NOT_READY)) {
                    return FilterReply.DENY;
                }
            }
        }
        return FilterReply.NEUTRAL;
    }
}
