package io.weldr.cli;

import com.google.protobuf.Message;
import io.weldr.proto.admin.v1.CertificateEntry;
import io.weldr.proto.admin.v1.IssuedCertificate;
import io.weldr.wire.json.ResourceJson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Pools, listeners, routes and certificates as tables. Pure but for the output. */
final class ResourceTables {
    private ResourceTables() {}

    static void print(Kind kind, List<Message> entries, Output output) {
        boolean wide = output.wide();
        List<String> head = new ArrayList<>(
                switch (kind.singular()) {
                    case "pool" -> List.of("NAME", "ALGORITHM", "ORIGINS", "HEALTH", "REVISION");
                    case "certificate" -> List.of("NAME", "HOSTS", "EXPIRES", "SOURCE", "LISTENERS", "STATE");
                    case "listener" -> List.of("NAME", "PROTOCOL", "ADDRESS", "POOL", "REVISION", "STATE");
                    default -> List.of("NAME", "HOSTS", "PATHS", "TO", "LISTENERS", "REVISION");
                });
        if (wide) {
            head.addAll(
                    switch (kind.singular()) {
                        case "pool" -> List.of("STICKY", "SLOW START", "LIMITS", "WHEN ALL DOWN", "MINIMUM UP");
                        case "certificate" -> List.of("KEY", "POOLS", "SERIAL", "FINGERPRINT", "REVISION");
                        case "listener" -> List.of("CERTIFICATES", "LIMITS", "TRUSTED PEERS", "PROXY PROTOCOL FROM");
                        default -> List.of("TIMEOUTS", "RATE LIMIT", "ALLOW", "DENY", "TESTS");
                    });
        }
        List<List<String>> rows = new ArrayList<>();
        for (Message entry : entries) {
            Map<String, Object> members = ResourceJson.tree(kind.resource(entry));
            rows.add(
                    switch (kind.singular()) {
                        case "pool" -> pool(members, entry, wide);
                        case "certificate" -> certificate((CertificateEntry) entry, wide);
                        case "listener" -> listener(members, entry, wide);
                        default -> route(members, entry, wide);
                    });
        }
        output.table(head, rows);
    }

    private static List<String> pool(Map<String, Object> pool, Message entry, boolean wide) {
        List<String> row = new ArrayList<>();
        row.add(text(pool.get("name")));
        Object algorithm = at(pool, "balancing", "algorithm");
        Object key = at(pool, "balancing", "key");
        row.add(cut(text(algorithm) + (key == null ? "" : " of " + key), 24, wide));
        row.add(text(Kind.get(entry, "origins")));
        String type = text(at(pool, "health", "type"));
        row.add(cut(
                (type.equals("http") ? at(pool, "health", "method") + " " + at(pool, "health", "path") : type)
                        + " every " + at(pool, "health", "interval"),
                34,
                wide));
        row.add(text(Kind.get(entry, "revision")));
        if (wide) {
            row.add(text(at(pool, "sticky", "name")));
            row.add(text(pool.get("slowStart")));
            row.add(pairs(pool.get("limits")));
            row.add(text(pool.get("whenAllDown")));
            row.add(text(pool.get("minimumUp")));
        }
        return row;
    }

    private static List<String> listener(Map<String, Object> listener, Message entry, boolean wide) {
        List<String> row = new ArrayList<>();
        row.add(text(listener.get("name")));
        row.add(text(listener.get("protocol")));
        row.add(listener.get("address") == null ? "each node's own" : text(listener.get("address")));
        row.add(text(listener.get("pool")));
        row.add(text(Kind.get(entry, "revision")));
        row.add(cut(ListenerConditions.line(entry), 44, wide));
        if (wide) {
            row.add(list(at(listener, "tls", "certificates")));
            row.add(pairs(listener.get("limits")));
            row.add(
                    listener.get("trustedPeers") instanceof List<?> none && none.isEmpty()
                            ? "none"
                            : list(listener.get("trustedPeers")));
            row.add(list(listener.get("proxyProtocol")));
        }
        return row;
    }

    private static List<String> certificate(CertificateEntry entry, boolean wide) {
        IssuedCertificate issued = entry.getIssued();
        List<String> hosts = entry.hasIssued()
                ? issued.getHostsList()
                : entry.getCertificate().getAcme().getHostsList();
        List<String> row = new ArrayList<>();
        row.add(cut(entry.getCertificate().getName(), 16, wide));
        row.add(cut(hosts.isEmpty() ? "-" : String.join(", ", hosts), 18, wide));
        row.add(CertificateEntries.expiry(entry, Instant.now()));
        row.add(CertificateEntries.source(entry));
        row.add(cut(entry.getListenersCount() == 0 ? "-" : String.join(", ", entry.getListenersList()), 10, wide));
        row.add(cut(CertificateEntries.line(entry), 14, wide));
        if (wide) {
            row.add(entry.hasIssued() ? issued.getKeyType() : "-");
            row.add(entry.getPoolsCount() == 0 ? "-" : String.join(", ", entry.getPoolsList()));
            row.add(entry.hasIssued() ? issued.getSerial() : "-");
            row.add(entry.hasIssued() ? issued.getFingerprint() : "-");
            row.add(Long.toString(entry.getRevision()));
        }
        return row;
    }

    private static List<String> route(Map<String, Object> route, Message entry, boolean wide) {
        List<String> row = new ArrayList<>();
        row.add(text(route.get("name")));
        row.add(cut(route.get("hosts") == null ? "all" : list(route.get("hosts")), 20, wide));
        row.add(cut(paths(route.get("matches")), 16, wide));
        row.add(cut(action(route), 18, wide));
        row.add(cut(route.get("listeners") == null ? "all" : list(route.get("listeners")), 10, wide));
        row.add(text(Kind.get(entry, "revision")));
        if (wide) {
            row.add(pairs(route.get("timeouts")));
            row.add(
                    at(route, "rateLimit", "requests") == null
                            ? "-"
                            : at(route, "rateLimit", "requests") + "/" + at(route, "rateLimit", "period"));
            row.add(list(route.get("allow")));
            row.add(list(route.get("deny")));
            row.add(route.get("tests") instanceof List<?> tests ? Integer.toString(tests.size()) : "0");
        }
        return row;
    }

    private static String paths(@Nullable Object matches) {
        if (!(matches instanceof List<?> all)) {
            return "all";
        }
        List<String> paths = new ArrayList<>();
        for (Object one : all) {
            Object method = member(one, "method");
            Object path = member(one, "path");
            String kind = text(member(path, "kind"));
            paths.add((method == null ? "" : method + " ")
                    + (path == null ? "all" : member(path, "value"))
                    + (kind.equals("prefix") && !"/".equals(member(path, "value")) ? "/*" : "")
                    + (member(one, "headers") == null && member(one, "query") == null ? "" : " +"));
        }
        return String.join(", ", paths);
    }

    private static String action(Map<String, Object> route) {
        if (route.get("pools") instanceof List<?> pools) {
            return pools.stream()
                    .map(pool -> text(member(pool, "pool")) + (pools.size() == 1 ? "" : "=" + member(pool, "weight")))
                    .collect(Collectors.joining(", "));
        }
        if (route.get("redirect") != null) {
            return "redirect " + at(route, "redirect", "status");
        }
        return "respond " + at(route, "fixedResponse", "status");
    }

    private static @Nullable Object member(@Nullable Object of, String name) {
        return of instanceof Map<?, ?> members ? members.get(name) : null;
    }

    private static @Nullable Object at(Map<String, Object> of, String name, String inner) {
        return member(of.get(name), inner);
    }

    private static String text(@Nullable Object value) {
        return value == null ? "-" : value.toString();
    }

    private static String list(@Nullable Object value) {
        return value instanceof List<?> items
                ? items.stream().map(String::valueOf).collect(Collectors.joining(", "))
                : "-";
    }

    private static String pairs(@Nullable Object value) {
        return value instanceof Map<?, ?> members
                ? members.entrySet().stream()
                        .map(member -> member.getKey() + " " + member.getValue())
                        .collect(Collectors.joining(", "))
                : "-";
    }

    /** No more than a narrow table has room for. */
    private static String cut(String text, int chars, boolean wide) {
        return wide || text.length() <= chars ? text : text.substring(0, chars - 1) + "…";
    }
}
