package io.weldr.proxy.access;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The format of a line of the access log. */
public enum LineFormat {
    /** One JSON object a line, for machines. */
    JSON {
        @Override
        void write(AccessEntry entry, LineBuffer out) {
            out.put("{\"time\":").put(entry.startedMillis);
            out.put(",\"client\":\"").put(entry.client);
            out.put("\",\"listener\":\"").put(entry.listener);
            if (entry.protocol == AccessEntry.Protocol.TCP) {
                out.put("\",\"protocol\":\"tcp\"");
                event(entry, out);
                out.put(",\"bytes\":").put(entry.bytes);
                out.put(",\"bytesReceived\":").put(entry.bytesReceived);
                out.put(",\"micros\":").put(entry.totalMicros);
                out.put(",\"pool\":\"").put(entry.pool);
                out.put("\",\"origin\":\"").put(entry.origin);
                out.put("\",\"cause\":\"").put(entry.failure).put("\"}\n");
                return;
            }
            out.put("\",\"request\":\"");
            entry.text.writeRequestLine(out, true);
            out.put("\",\"version\":\"").put((long) entry.majorVersion);
            out.put('.').put((long) entry.minorVersion).put('"');
            event(entry, out);
            out.put(",\"status\":").put((long) entry.status);
            out.put(",\"bytes\":").put(entry.bytes);
            out.put(",\"micros\":").put(entry.totalMicros);
            out.put(",\"firstByteMicros\":").put(entry.firstByteMicros);
            out.put(",\"bytesReceived\":").put(entry.bytesReceived);
            out.put(",\"requestMicros\":").put(entry.requestMicros);
            out.put(",\"queueMicros\":").put(entry.queueMicros);
            out.put(",\"connectMicros\":").put(entry.connectMicros);
            out.put(",\"tries\":").put((long) entry.tries);
            out.put(",\"revision\":").put(entry.revision);
            out.put(",\"host\":\"");
            entry.text.writeHost(out, true);
            out.put("\",\"referer\":\"");
            entry.text.writeReferer(out, true);
            out.put("\",\"userAgent\":\"");
            entry.text.writeUserAgent(out, true);
            out.put("\",\"route\":\"").put(entry.route);
            out.put("\",\"pool\":\"").put(entry.pool);
            out.put("\",\"origin\":\"").put(entry.origin);
            if (!entry.tlsVersion.isEmpty()) {
                out.put("\",\"tls\":\"").put(entry.tlsVersion);
                out.put("\",\"cipher\":\"").put(entry.tlsCipher);
                out.put("\",\"serverName\":\"").put(entry.tlsServerName);
                out.put("\",\"resumed\":").put(entry.tlsResumed ? "true" : "false");
                out.put(",\"id\":\"");
            } else {
                out.put("\",\"id\":\"");
            }
            out.putQuoted(entry.requestId, 0, entry.requestId.length, true);
            if (entry.traced) {
                out.put("\",\"traceId\":\"").put(entry.traceId);
            }
            out.put("\",\"cause\":\"").put(entry.failure).put("\"}\n");
        }

        private void event(AccessEntry entry, LineBuffer out) {
            if (entry.event == AccessEntry.Event.TUNNEL_BEGIN) {
                out.put(",\"event\":\"tunnel_begin\"");
            }
        }

        @Override
        boolean tells(AccessEntry.Event event) {
            return true;
        }
    },
    /** The common log format, as every web server writes it. */
    COMMON {
        @Override
        void write(AccessEntry entry, LineBuffer out) {
            writeCommon(entry, out);
            out.put('\n');
        }
    },
    /** The common log format, with Referer and User-Agent behind it. */
    COMBINED {
        @Override
        void write(AccessEntry entry, LineBuffer out) {
            writeCommon(entry, out);
            out.put(" \"");
            if (entry.protocol == AccessEntry.Protocol.HTTP && entry.text.hasReferer()) {
                entry.text.writeReferer(out, false);
            } else {
                out.put('-');
            }
            out.put("\" \"");
            if (entry.protocol == AccessEntry.Protocol.HTTP && entry.text.hasUserAgent()) {
                entry.text.writeUserAgent(out, false);
            } else {
                out.put('-');
            }
            out.put("\"\n");
        }
    };

    private static void writeCommon(AccessEntry entry, LineBuffer out) {
        out.put(entry.client).put(" - - [").put(time(entry.startedMillis)).put("] \"");
        if (entry.protocol == AccessEntry.Protocol.TCP) { // a dash stands for what there is not
            out.put("TCP ").put(entry.listener).put("\" - ").put(entry.bytes);
            return;
        }
        entry.text.writeRequestLine(out, false);
        out.put(" HTTP/").put((long) entry.majorVersion);
        out.put('.').put((long) entry.minorVersion).put("\" ");
        out.put((long) entry.status).put(' ').put(entry.bytes);
    }

    /** Whether there is a line of that kind: a format of old has a line for each request, and no other. */
    boolean tells(AccessEntry.Event event) {
        return event == AccessEntry.Event.END;
    }

    /** No line is longer: the client's words escaped, an id, an address, names, and the words between. */
    static final int LINE_BYTES_MAX = 6
                    * (RequestText.REQUEST_LINE_BYTES_MAX
                            + RequestText.HOST_BYTES_MAX
                            + RequestText.REFERER_BYTES_MAX
                            + RequestText.USER_AGENT_BYTES_MAX)
            + 3072;

    private static final DateTimeFormatter COMMON_TIME =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.US).withZone(ZoneOffset.UTC);

    /** The last second formatted, for all that are in it. A race costs a second formatting, nothing else. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Second(long epochSecond, byte[] text) {}

    private static volatile Second last = new Second(Long.MIN_VALUE, new byte[0]);

    abstract void write(AccessEntry entry, LineBuffer out);

    static byte[] time(long epochMillis) {
        long second = Math.floorDiv(epochMillis, 1000L);
        Second known = last;
        if (known.epochSecond() != second) {
            byte[] text = COMMON_TIME.format(Instant.ofEpochSecond(second)).getBytes(StandardCharsets.US_ASCII);
            known = new Second(second, text);
            last = known;
        }
        return known.text();
    }
}
