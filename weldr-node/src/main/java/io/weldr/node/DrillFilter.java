package io.weldr.node;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import io.weldr.raft.lead.Drill;

/**
 * Drops what Ratis warns of during the {@link Drill}: leaders that come and go there are what it is for. Made by Logback, as its
 * configuration says. Any thread.
 */
public final class DrillFilter extends Filter<ILoggingEvent> {
    @Override
    public FilterReply decide(ILoggingEvent event) {
        boolean ofDrill = event.getLoggerName().startsWith("org.apache.ratis")
                && (event.getThreadName().startsWith(Drill.MEMBERS)
                        || event.getFormattedMessage().contains(Drill.MEMBERS));
        return ofDrill ? FilterReply.DENY : FilterReply.NEUTRAL;
    }
}
