package io.weldr.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of the configuration of a cluster may stand in a support bundle. A member is shown only if its name stands here:
 * values of header fields, bodies, texts that operators wrote and members that are added later are left out. Pure.
 */
final class Disclosed {
    static final String LEFT_OUT = "(left out)";

    /** Objects and arrays of objects that are looked into. */
    private static final Set<String> OBJECTS = Set.of(
            "acme",
            "actor",
            "add",
            "balancing",
            "change",
            "conditions",
            "ejection",
            "errorPages",
            "fixedResponse",
            "health",
            "headers",
            "issued",
            "limits",
            "matches",
            "order",
            "path",
            "pools",
            "query",
            "rateLimit",
            "redirect",
            "requestHeaders",
            "responseHeaders",
            "retries",
            "rewrite",
            "set",
            "sticky",
            "timeouts",
            "tls",
            "usedBy");

    /** Texts, numbers, truth values and arrays of these that are shown. */
    private static final Set<String> VALUES = Set.of(
            "address",
            "admin",
            "adminSince",
            "afterFailures",
            "algorithm",
            "allow",
            "ambiguousPaths",
            "at",
            "burst",
            "certificates",
            "challengedHosts",
            "challenge",
            "clientCertificate",
            "clientCertificates",
            "confirm",
            "connectTimeout",
            "connections",
            "connectionsMax",
            "contentType",
            "createdRevision",
            "defaultCertificate",
            "deny",
            "directory",
            "drainDeadline",
            "error",
            "event",
            "expect",
            "failures",
            "fingerprint",
            "fingerprintField",
            "host",
            "hosts",
            "http2",
            "httpOnly",
            "id",
            "idleTimeout",
            "initial",
            "insecureSkipVerify",
            "interval",
            "jitterPercent",
            "key",
            "keyType",
            "kind",
            "lifetime",
            "listeners",
            "loadPercentMax",
            "member",
            "method",
            "minimumUp",
            "name",
            "nextTry",
            "notAfter",
            "notBefore",
            "origins",
            "passes",
            "path",
            "period",
            "policy",
            "pool",
            "pools",
            "port",
            "priority",
            "protocol",
            "proxyProtocol",
            "queueMax",
            "queueTimeout",
            "reason",
            "redirectPort",
            "remove",
            "request",
            "requestBodyBytesMax",
            "requests",
            "responseHead",
            "revision",
            "sameSite",
            "scheme",
            "scope",
            "secure",
            "sendsProxyProtocol",
            "serial",
            "serverName",
            "service",
            "sharePercentMax",
            "since",
            "slowStart",
            "source",
            "splitBy",
            "state",
            "status",
            "statusClass",
            "statuses",
            "subject",
            "subjectField",
            "superseded",
            "time",
            "timeMax",
            "timeout",
            "triesMax",
            "trustedPeers",
            "type",
            "unhealthyInterval",
            "until",
            "up",
            "url",
            "weight",
            "whenAllDown",
            "witnesses");

    private Disclosed() {}

    /** The same object with what may not be shown replaced. */
    static Map<String, Object> of(Map<?, ?> members) {
        return of(members, "");
    }

    /** @param within the name of the member that holds it */
    private static Map<String, Object> of(Map<?, ?> members, String within) {
        Map<String, Object> shown = new LinkedHashMap<>();
        members.forEach((key, value) -> {
            String name = String.valueOf(key);
            shown.put(name, value(name, value, within));
        });
        return shown;
    }

    private static @Nullable Object value(String name, @Nullable Object value, String within) {
        if (value == null) {
            return null;
        }
        if (value instanceof Map<?, ?> object) {
            // Fields of a probe are an object with their names, of which any may be that of a member above.
            return OBJECTS.contains(name) && !name.equals("headers") ? of(object, name) : LEFT_OUT;
        }
        if (value instanceof List<?> list && list.stream().anyMatch(Map.class::isInstance)) {
            List<Object> items = new ArrayList<>();
            for (Object item : list) {
                items.add(OBJECTS.contains(name) && item instanceof Map<?, ?> object ? of(object, name) : LEFT_OUT);
            }
            return items;
        }
        boolean ofPath = name.equals("value") && within.equals("path");
        if (!VALUES.contains(name) && !ofPath) {
            return LEFT_OUT;
        }
        return value instanceof String text ? withoutQuery(text) : value;
    }

    /** A query may hold a key. */
    private static String withoutQuery(String text) {
        int query = text.indexOf('?');
        return query < 0 ? text : text.substring(0, query) + "?" + LEFT_OUT;
    }
}
