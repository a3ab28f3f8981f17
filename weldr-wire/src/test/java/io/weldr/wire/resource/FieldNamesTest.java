package io.weldr.wire.resource;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.weldr.proto.resource.v1.Listener;
import io.weldr.proto.resource.v1.Networks;
import io.weldr.proto.resource.v1.Pool;
import io.weldr.proto.resource.v1.RequestKey;
import io.weldr.proto.resource.v1.Route;
import io.weldr.wire.json.ResourceJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whatever is wrong in a resource, the error begins with the name that the field has in the document of the user. */
class FieldNamesTest {
    /** What each field may hold, so that a value that is wrong in one place is wrong in no other. */
    private static final Map<String, Object> ROUTE = object(
            "name", "r",
            "listeners", List.of("default"),
            "hosts", List.of("a.example"),
            "matches",
                    List.of(object(
                            "path",
                            object("kind", "prefix", "value", "/a"),
                            "method",
                            "GET",
                            "headers",
                            List.of(object("name", "x-a", "kind", "exact", "value", "1")),
                            "query",
                            List.of(object("name", "q", "kind", "exact", "value", "1")))),
            "pools", List.of(object("pool", "p", "weight", 1)),
            "splitBy", object("source", "header", "name", "x-a"),
            "redirect",
                    object(
                            "status",
                            301,
                            "scheme",
                            "https",
                            "host",
                            "b.example",
                            "port",
                            444,
                            "path",
                            object("kind", "full", "value", "/b")),
            "fixedResponse", object("status", 200, "contentType", "text/plain", "body", "hello"),
            "requestHeaders", edits(),
            "responseHeaders", edits(),
            "rewrite", object("host", "c.example", "path", object("kind", "full", "value", "/c")),
            "timeouts", object("request", "10s", "responseHead", "5s"),
            "retries", object("triesMax", 2, "statuses", "503"),
            "rateLimit",
                    object(
                            "requests",
                            10,
                            "period",
                            "1s",
                            "burst",
                            5,
                            "key",
                            object("source", "header", "name", "x-a"),
                            "scope",
                            "node"),
            "allow", List.of("10.0.0.0/8"),
            "deny", List.of("10.1.0.0/16"),
            "tests",
                    List.of(object(
                            "method",
                            "GET",
                            "url",
                            "http://a.example/a",
                            "headers",
                            List.of(object("name", "x-a", "value", "1")),
                            "client",
                            "10.0.0.1",
                            "route",
                            "r",
                            "pool",
                            "p",
                            "status",
                            200)),
            "ambiguousPaths", true);

    private static final Map<String, Object> LISTENER = object(
            "name", "l",
            "protocol", "https",
            "address", "0.0.0.0:8443",
            "limits", object("connectionsMax", 1, "requestBodyBytesMax", 1, "idleTimeout", "10s"),
            "trustedPeers", List.of("10.0.0.0/8"),
            "proxyProtocol", List.of("10.0.0.0/8"),
            "errorPages", List.of(object("statusClass", 5, "contentType", "text/html", "body", "sorry")),
            "tls",
                    object(
                            "certificates",
                            List.of("c"),
                            "defaultCertificate",
                            "c",
                            "policy",
                            "modern",
                            "clientCertificates",
                            "require",
                            "clientAuthorities",
                            "-----BEGIN CERTIFICATE-----",
                            "subjectField",
                            "X-Client-Subject",
                            "fingerprintField",
                            "X-Client-Fingerprint"),
            "http2", true);

    private static final Map<String, Object> POOL = object(
            "name",
            "p",
            "balancing",
            object("algorithm", "hash", "key", object("source", "header", "name", "x-a"), "loadPercentMax", 150),
            "sticky",
            object("name", "c", "secure", true, "httpOnly", true, "sameSite", "lax", "lifetime", "1h"),
            "slowStart",
            "1s",
            "ejection",
            object("afterFailures", 1, "sharePercentMax", 10, "time", "1s", "timeMax", "2s"),
            "limits",
            object("connectionsMax", 1, "queueMax", 1, "queueTimeout", "1s"),
            "whenAllDown",
            "fail-open",
            "minimumUp",
            1,
            "sendsProxyProtocol",
            true,
            "protocol",
            "h2",
            "tls",
            object(
                    "authorities",
                    "-----BEGIN CERTIFICATE-----",
                    "serverName",
                    "o.example",
                    "clientCertificate",
                    "c",
                    "insecureSkipVerify",
                    false),
            "health",
            object(
                    "type", "http",
                    "path", "/h",
                    "method", "GET",
                    "expect", "200",
                    "host", "h.example",
                    "headers", object("x-a", "1"),
                    "contains", "ok",
                    "service", "s",
                    "port", 1,
                    "interval", "10s",
                    "unhealthyInterval", "10s",
                    "jitterPercent", 1,
                    "timeout", "1s",
                    "connectTimeout", "1s",
                    "failures", 1,
                    "passes", 1,
                    "initial", "up",
                    "confirm", "any",
                    "witnesses", true));

    private static final List<String> BAD_TEXTS = List.of("\u0001 no", "x".repeat(20_000));
    private static final List<Integer> BAD_NUMBERS = List.of(-1, 2_000_000_000);
    private static final List<String> BAD_TIMES = List.of("1000d", "1ms");

    @Test
    void errorsOfRoutesNameTheFieldOfTheDocument() {
        for (String action : List.of("pools", "redirect", "fixedResponse")) {
            Map<String, Object> sample = new LinkedHashMap<>(ROUTE);
            List.of("pools", "redirect", "fixedResponse").stream()
                    .filter(other -> !other.equals(action))
                    .forEach(sample::remove);
            if (action.equals("pools")) {
                check(
                        Route.getDefaultInstance(),
                        sample,
                        message -> Routes.decode((Route) message),
                        Set.of("redirect", "fixedResponse"));
            } else {
                sample.keySet().retainAll(Set.of("name", action));
                check(Route.getDefaultInstance(), sample, message -> Routes.decode((Route) message), null);
            }
        }
    }

    @Test
    void errorsOfListenersNameTheFieldOfTheDocument() {
        check(
                Listener.getDefaultInstance(),
                LISTENER,
                message -> Listeners.decode((Listener) message),
                Set.of("pool", "redirectPort"));
        Map<String, Object> plain =
                object("name", "l", "protocol", "http", "address", "0.0.0.0:1", "http2", true, "redirectPort", 443);
        check(Listener.getDefaultInstance(), plain, message -> Listeners.decode((Listener) message), null);
        Map<String, Object> tcp = object("name", "l", "protocol", "tcp", "address", "0.0.0.0:1", "pool", "p");
        check(Listener.getDefaultInstance(), tcp, message -> Listeners.decode((Listener) message), null);
    }

    @Test
    void errorsOfPoolsNameTheFieldOfTheDocument() {
        check(Pool.getDefaultInstance(), POOL, message -> Pools.decode((Pool) message), Set.of());
    }

    /** @param absent members that the sample need not have; null: it need not have any */
    private static void check(
            Message prototype, Map<String, Object> sample, Consumer<Message> decode, @Nullable Set<String> absent) {
        assertThat(refusal(prototype, sample, decode)).as("the sample itself").isEmpty();
        if (absent != null) {
            for (FieldDescriptor field : prototype.getDescriptorForType().getFields()) {
                assertThat(sample.containsKey(field.getJsonName()) || absent.contains(field.getJsonName()))
                        .as("the sample has " + field.getJsonName())
                        .isTrue();
            }
        }
        List<String> wrong = new ArrayList<>();
        for (FieldDescriptor field : prototype.getDescriptorForType().getFields()) {
            Object value = sample.get(field.getJsonName());
            // The name is looked at before, for all kinds of resources by the same code.
            if (value != null && !field.getName().equals("name")) {
                each(
                        field,
                        field.getJsonName(),
                        value,
                        (path, bad) -> {
                            Map<String, Object> document = new LinkedHashMap<>(sample);
                            document.put(field.getJsonName(), bad);
                            return refusal(prototype, document, decode);
                        },
                        wrong);
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** Tries a value in place of another one. */
    private interface Trial {
        /** What is said against it; empty: nothing. */
        String refusal(String path, Object value);
    }

    private static void each(FieldDescriptor field, String path, Object value, Trial trial, List<String> wrong) {
        if (value instanceof List<?> items) {
            assertThat(items).as(path).hasSize(1);
            eachOf(field, path + "[0]", items.get(0), (place, bad) -> trial.refusal(place, List.of(bad)), wrong);
        } else {
            eachOf(field, path, value, trial, wrong);
        }
    }

    private static void eachOf(FieldDescriptor field, String path, Object value, Trial trial, List<String> wrong) {
        if (value instanceof Map<?, ?> members && !field.isMapField()) {
            for (FieldDescriptor inner : field.getMessageType().getFields()) {
                Object member = members.get(inner.getJsonName());
                assertThat(member)
                        .as("the sample has " + path + "." + inner.getJsonName())
                        .isNotNull();
                each(
                        inner,
                        path + "." + inner.getJsonName(),
                        member,
                        (place, bad) -> {
                            Map<Object, Object> changed = new LinkedHashMap<>(members);
                            changed.put(inner.getJsonName(), bad);
                            return trial.refusal(place, changed);
                        },
                        wrong);
            }
            return;
        }
        boolean refused = false;
        for (Object bad : bad(field)) {
            String refusal = trial.refusal(path, bad);
            refused |= !refusal.isEmpty();
            boolean named = refusal.startsWith(path + ":") || refusal.startsWith(path + ".");
            if (!refusal.isEmpty() && !named) {
                wrong.add(path + " is called: " + refusal);
            }
        }
        if (!refused) {
            wrong.add(path + " takes anything");
        }
    }

    private static List<?> bad(FieldDescriptor field) {
        if (field.isMapField()) {
            return List.of(Map.of("x a", "1"), Map.of("x-a", "\u0001"));
        }
        return switch (field.getJavaType()) {
            case STRING -> BAD_TEXTS;
            case INT, LONG -> BAD_NUMBERS;
            case ENUM, BOOLEAN -> List.of("no-such-word");
            case MESSAGE ->
                field.getMessageType().equals(Networks.getDescriptor())
                        ? BAD_TEXTS
                        : field.getMessageType().equals(RequestKey.getDescriptor())
                                ? List.of("no-such-key")
                                : BAD_TIMES;
            default -> throw new AssertionError(field.getFullName());
        };
    }

    private static String refusal(Message prototype, Map<String, Object> document, Consumer<Message> decode) {
        try {
            decode.accept(
                    ResourceJson.read(document, prototype.newBuilderForType()).build());
            return "";
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static Map<String, Object> edits() {
        return object(
                "set", List.of(object("name", "x-a", "value", "1")),
                "add", List.of(object("name", "x-b", "value", "1")),
                "remove", List.of("x-c"));
    }

    private static Map<String, Object> object(Object... namesAndValues) {
        Map<String, Object> members = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return members;
    }
}
