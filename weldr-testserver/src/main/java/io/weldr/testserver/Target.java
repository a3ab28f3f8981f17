package io.weldr.testserver;

import java.util.HashMap;
import java.util.Map;

/**
 * What a request asks for: the path and the query of its request target, in origin form or absolute form (RFC 9112
 * section 3.2). Nothing is decoded; no route needs it.
 */
record Target(String path, Map<String, String> query) {
    Target {
        query = Map.copyOf(query);
    }

    static Target of(String requestTarget) {
        String rest = requestTarget;
        int scheme = rest.indexOf("://");
        if (scheme > 0 && !rest.startsWith("/")) {
            int slash = rest.indexOf('/', scheme + 3);
            rest = slash < 0 ? "/" : rest.substring(slash);
        }
        int mark = rest.indexOf('?');
        if (mark < 0) {
            return new Target(rest, Map.of());
        }
        Map<String, String> query = new HashMap<>();
        for (String pair : rest.substring(mark + 1).split("&", -1)) {
            int equals = pair.indexOf('=');
            query.put(equals < 0 ? pair : pair.substring(0, equals), equals < 0 ? "" : pair.substring(equals + 1));
        }
        return new Target(rest.substring(0, mark), query);
    }

    /** A number out of the query, or {@code absent} if it is not there. */
    long number(String name, long absent, long max) {
        String value = query.get(name);
        return value == null ? absent : number(name, value, max);
    }

    /** A number that the request holds.
     *
     * @throws BadRequest if it is not a decimal number from 0 to {@code max}
     */
    static long number(String name, String value, long max) {
        try {
            long number = Long.parseLong(value);
            if (number >= 0 && number <= max && !value.startsWith("+")) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below, as for a number out of range
        }
        throw new BadRequest(name + ": " + value + " (expected: a number from 0 to " + max + ")");
    }

    /** The request asks for something that a route cannot do; the message goes into the 400. */
    static final class BadRequest extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String why;

        BadRequest(String message) {
            super(message, null, false, false);
            this.why = message;
        }

        String why() {
            return why;
        }
    }
}
