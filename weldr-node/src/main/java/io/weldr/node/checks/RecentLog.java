package io.weldr.node.checks;

import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Keeps the last lines of the log in memory, for a support bundle: where the rest of the log is, is known to whatever
 * runs the process. Made by Logback, as its configuration says. Thread safe.
 */
public final class RecentLog extends UnsynchronizedAppenderBase<ILoggingEvent> {
    /** Hours of a quiet node, and the cause of what goes wrong on one that is not. */
    private static final int CHARS_MAX = 128 * 1024;

    /** A stack trace is one event. */
    private static final int EVENT_CHARS_MAX = 8 * 1024;

    private static final String PATTERN =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSX,UTC} %-5level [%thread] %logger{24} %message%n";

    private static final Deque<String> LINES = new ArrayDeque<>(); // guarded by LINES: of the process, as the log is
    private static int chars; // guarded by LINES

    private final PatternLayout layout = new PatternLayout();

    /** The last lines, oldest first. */
    static String text() {
        synchronized (LINES) {
            return String.join("", LINES);
        }
    }

    @Override
    public void start() {
        layout.setContext(getContext());
        layout.setPattern(PATTERN);
        layout.start();
        super.start();
    }

    @Override
    protected void append(ILoggingEvent event) {
        String line = layout.doLayout(event);
        keep(line.length() <= EVENT_CHARS_MAX ? line : line.substring(0, EVENT_CHARS_MAX - 4) + "...\n");
    }

    private static void keep(String line) {
        synchronized (LINES) {
            LINES.add(line);
            chars += line.length();
            while (chars > CHARS_MAX) {
                chars -= LINES.remove().length();
            }
        }
    }
}
