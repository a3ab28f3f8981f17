package io.weldr.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads responses off a recorded connection the way a strict client would, and independently of the proxy's own reader.
 * What it cannot take for a whole response is the {@link #rest}.
 */
final class StrictReader {

    private static final Pattern HEAD = Pattern.compile(
            "HTTP/1\\.1 ([1-5][0-9][0-9]) [\\t -~\\x80-\\xff]*\r\n((?:[!#-'*+.0-9A-Z^-z|~-]+:[\\t -~\\x80-\\xff]*\r\n)*)\r\n");
    private static final Pattern LENGTH = Pattern.compile("(?i)(?:^|\r\n)content-length:[ \t]*([0-9]+)[ \t]*\r\n");
    private static final Pattern CHUNKED = Pattern.compile("(?i)(?:^|\r\n)transfer-encoding:[ \t]*chunked[ \t]*\r\n");
    private static final Pattern CLOSE = Pattern.compile("(?i)(?:^|\r\n)connection:[ \t]*close[ \t]*\r\n");
    private static final Pattern CHUNK = Pattern.compile("([0-9A-Fa-f]{1,15})(;[^\r\n]*)?\r\n");

    /**
     * One whole response that is final.
     *
     * @param fields its field lines, each with its end
     * @param body as it stood on the wire, chunk framing included
     */
    record Response(int status, String fields, String body) {

        boolean saysClose() {
            return CLOSE.matcher(fields).find();
        }
    }

    private final List<Response> responses = new ArrayList<>();
    private final String rest;

    StrictReader(String text) {
        int at = 0;
        for (int end = readResponse(text, at); end > at; end = readResponse(text, at)) {
            at = end;
        }
        rest = text.substring(at);
    }

    /** Whole final responses, in order. */
    List<Response> responses() {
        return responses;
    }

    /** What is left behind the last whole response: the beginning of one that was broken off, or nothing. */
    String rest() {
        return rest;
    }

    private int readResponse(String text, int from) {
        Matcher head = HEAD.matcher(text).region(from, text.length());
        if (!head.lookingAt()) {
            return from;
        }
        int status = Integer.parseInt(head.group(1));
        if (status < 200) {
            return head.end();
        }
        String fields = head.group(2);
        Matcher length = LENGTH.matcher(fields);
        int end;
        if (status == 204 || status == 304) {
            end = head.end();
        } else if (CHUNKED.matcher(fields).find()) {
            end = endOfChunks(text, head.end());
        } else if (length.find()) {
            end = (int) Math.min(text.length() + 1L, head.end() + Long.parseLong(length.group(1)));
        } else {
            end = text.length(); // until the connection ends
        }
        if (end < 0 || end > text.length()) {
            return from;
        }
        responses.add(new Response(status, fields, text.substring(head.end(), end)));
        return end;
    }

    /** Where a chunked body without trailers ends, or -1. */
    private static int endOfChunks(String text, int from) {
        int at = from;
        Matcher line = CHUNK.matcher(text);
        while (line.region(at, text.length()).lookingAt()) {
            long size = Long.parseLong(line.group(1), 16);
            at = line.end();
            if (size == 0) {
                return text.startsWith("\r\n", at) ? at + 2 : -1;
            }
            if (size > text.length() - at - 2 || !text.startsWith("\r\n", at + (int) size)) {
                return -1;
            }
            at += (int) size + 2;
        }
        return -1;
    }
}
