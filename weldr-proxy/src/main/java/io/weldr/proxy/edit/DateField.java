package io.weldr.proxy.edit;

import io.weldr.proxy.http.Octets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The Date line (RFC 9110 section 6.6.1), made once a second. Belongs to one event loop. */
public final class DateField {

    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private final Clock clock;
    private long second = Long.MIN_VALUE;
    private byte[] line = new byte[0];

    public DateField(Clock clock) {
        this.clock = clock;
    }

    byte[] line() {
        long now = Math.floorDiv(clock.millis(), 1000L);
        if (now != second) {
            second = now;
            line = Octets.ascii("Date: " + FORMAT.format(Instant.ofEpochSecond(now)) + "\r\n");
        }
        return line;
    }
}
