package io.weldr.testserver;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * The Date field (RFC 9110 section 6.6.1), written once a second and not once an answer.
 *
 * @param epochSecond the second that it names
 * @param text as it goes on the wire
 */
record Date(long epochSecond, String text) {
    private static volatile Date latest = of(0);

    static String now() {
        long second = System.currentTimeMillis() / 1000;
        Date date = latest;
        if (date.epochSecond != second) {
            date = of(second);
            latest = date; // two threads may both write it: they write the same
        }
        return date.text;
    }

    private static Date of(long second) {
        return new Date(
                second,
                DateTimeFormatter.RFC_1123_DATE_TIME.format(
                        Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC)));
    }
}
