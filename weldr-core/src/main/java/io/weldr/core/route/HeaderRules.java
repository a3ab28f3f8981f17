package io.weldr.core.route;

import io.weldr.core.Check;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Which fields a route may not edit: those that frame a message or belong to one connection (RFC 9110 section 7.6.1,
 * RFC 9112 section 6), and those in which weldr itself describes the client or itself. An underscore counts as a hyphen,
 * because programs that follow CGI take both for the same name.
 */
enum HeaderRules {
    /** Of requests, on their way to an origin. */
    REQUEST(ofRequests(), Set.of("x-real-ip", "x-forwarded-client-cert", "proxy")),
    /** Of responses, on their way to a client. */
    RESPONSE(ofResponses(), Set.of());

    private static final String OF_CLIENT =
            "a field without the address of the client: weldr writes these itself, see the setting forwarded";

    /** What is expected in place of a field that may not be edited at all. */
    @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable map of texts
    private final Map<String, String> never;

    /** Fields that weldr does not write, and that may be removed. */
    @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable set of texts
    private final Set<String> removeOnly;

    HeaderRules(Map<String, String> never, Set<String> removeOnly) {
        this.never = Map.copyOf(never);
        this.removeOnly = removeOnly;
    }

    private static Map<String, String> ofBoth() {
        Map<String, String> names = new HashMap<>();
        for (String name :
                List.of("connection", "keep-alive", "proxy-connection", "te", "upgrade", "http2-settings", "expect")) {
            names.put(name, "an end-to-end field: weldr manages its connections itself");
        }
        for (String name : List.of("content-length", "transfer-encoding", "trailer")) {
            names.put(name, "a field that does not frame the body: weldr frames it itself");
        }
        for (String name : List.of("via", "x-request-id", "max-forwards")) {
            names.put(name, "a field that weldr does not write itself");
        }
        return names;
    }

    private static Map<String, String> ofRequests() {
        Map<String, String> names = ofBoth();
        names.put("host", "no Host: rewrite.host, or the host policy of the origin, decides on it");
        for (String name : List.of("forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host")) {
            names.put(name, OF_CLIENT);
        }
        return names;
    }

    private static Map<String, String> ofResponses() {
        Map<String, String> names = ofBoth();
        names.put("host", "a field of responses");
        names.put("date", "a field that weldr does not write itself");
        return names;
    }

    /**
     * Throws {@link IllegalArgumentException} that names the first edit that these rules forbid, as in {@code
     * set[0].name}.
     */
    void check(HeaderEdits edits) {
        check("set", edits.set());
        check("add", edits.add());
        for (int i = 0; i < edits.remove().size(); i++) {
            check("remove[" + i + "]", edits.remove().get(i), false);
        }
    }

    private void check(String list, List<HeaderEdits.HeaderValue> fields) {
        for (int i = 0; i < fields.size(); i++) {
            check(list + "[" + i + "].name", fields.get(i).name(), true);
        }
    }

    private void check(String place, String name, boolean writes) {
        String lower = name.toLowerCase(Locale.ROOT).replace('_', '-');
        String expected = never.get(lower);
        if (expected != null) {
            Check.that(false, place, name, expected);
        }
        Check.that(!writes || !removeOnly.contains(lower), place, name, OF_CLIENT);
    }
}
