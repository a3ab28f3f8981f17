package io.weldr.cli;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import io.weldr.proto.admin.v1.AcmeOrder;
import io.weldr.proto.admin.v1.CertificateCondition;
import io.weldr.proto.admin.v1.CertificateCondition.State;
import io.weldr.proto.admin.v1.CertificateEntry;
import io.weldr.proto.admin.v1.IssuedCertificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What nodes tell of certificates beside what an operator says of them. Pure. */
final class CertificateEntries {
    private CertificateEntries() {}

    /** As the HTTP API has it. */
    static void put(Map<String, Object> members, Message message) {
        CertificateEntry entry = (CertificateEntry) message;
        if (entry.getSource() == CertificateEntry.Source.SOURCE_UNSPECIFIED) {
            return; // of one that was removed
        }
        members.put("source", source(entry));
        if (entry.hasIssued()) {
            members.put("issued", issued(entry.getIssued()));
        }
        Map<String, Object> usedBy = new LinkedHashMap<>();
        usedBy.put("listeners", List.copyOf(entry.getListenersList()));
        usedBy.put("pools", List.copyOf(entry.getPoolsList()));
        members.put("usedBy", usedBy);
        if (entry.hasOrder()) {
            members.put("order", order(entry.getOrder()));
        }
        if (entry.getConditionsCount() > 0) {
            members.put(
                    "conditions",
                    entry.getConditionsList().stream()
                            .map(CertificateEntries::condition)
                            .toList());
        }
    }

    static String source(CertificateEntry entry) {
        return word(entry.getSource().name(), "SOURCE_");
    }

    private static Map<String, Object> issued(IssuedCertificate issued) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("hosts", List.copyOf(issued.getHostsList()));
        map.put("notBefore", Values.time(issued.getNotBefore()));
        map.put("notAfter", Values.time(issued.getNotAfter()));
        map.put("keyType", issued.getKeyType());
        map.put("serial", issued.getSerial());
        map.put("fingerprint", issued.getFingerprint());
        if (issued.getSuperseded()) {
            map.put("superseded", true);
        }
        return map;
    }

    private static Map<String, Object> order(AcmeOrder order) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("state", word(order.getState().name(), "STATE_"));
        if (order.getChallengedHostsCount() > 0) {
            map.put("challengedHosts", List.copyOf(order.getChallengedHostsList()));
        }
        map.put("failures", order.getFailures());
        if (!order.getError().isEmpty()) {
            map.put("error", order.getError());
        }
        if (order.hasNextTry()) {
            map.put("nextTry", Values.time(order.getNextTry()));
        }
        return map;
    }

    private static Map<String, Object> condition(CertificateCondition condition) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("member", condition.getMember());
        map.put(
                "state",
                condition.getState() == State.STATE_UNSPECIFIED
                        ? "unknown"
                        : word(condition.getState().name(), "STATE_"));
        if (!condition.getReason().isEmpty()) {
            map.put("reason", condition.getReason());
        }
        if (condition.hasSince()) {
            map.put("since", Values.time(condition.getSince()));
        }
        return map;
    }

    private static String word(String constant, String prefix) {
        return constant.startsWith(prefix)
                ? constant.substring(prefix.length()).toLowerCase(Locale.ROOT).replace('_', '-')
                : "unknown";
    }

    /** When it expires, for people: {@code 2026-05-01 (in 89 days)}. */
    static String expiry(CertificateEntry entry, Instant now) {
        if (!entry.hasIssued()) {
            return "-";
        }
        Timestamp until = entry.getIssued().getNotAfter();
        String day = Values.time(until, ChronoUnit.DAYS).substring(0, "2026-01-31".length());
        Duration left = Duration.between(now, Instant.ofEpochSecond(until.getSeconds()));
        if (left.isNegative()) {
            return day + " (expired)";
        }
        return day + " (in " + (left.toDays() > 0 ? left.toDays() + " days" : left.toHours() + " hours") + ")";
    }

    /** How it stands, for a table: its order, or what the members have made of it. */
    static String line(CertificateEntry entry) {
        String order = entry.hasOrder() ? orderLine(entry.getOrder()) : null;
        String members = members(entry.getConditionsList());
        return order == null ? members : members.equals("-") || !entry.hasIssued() ? order : members + "; " + order;
    }

    /** What goes on at the authority, in one line. */
    static String orderLine(AcmeOrder order) {
        return switch (order.getState()) {
            case STATE_WAITING -> "waiting: the leader is to begin";
            case STATE_UNDER_WAY ->
                order.getChallengedHostsCount() == 0
                        ? "ordered: the authority is at work"
                        : "ordered: the authority is to check " + String.join(", ", order.getChallengedHostsList());
            case STATE_FAILED ->
                "failed"
                        + (order.getFailures() > 1 ? " " + order.getFailures() + " times" : "") + ": "
                        + order.getError()
                        + (order.hasNextTry()
                                ? "; next try at " + Values.time(order.getNextTry(), ChronoUnit.SECONDS)
                                : "");
            case STATE_UNSPECIFIED, UNRECOGNIZED -> "unknown";
        };
    }

    private static String members(List<CertificateCondition> conditions) {
        if (conditions.isEmpty()) {
            return "-";
        }
        long loaded = conditions.stream().filter(CertificateEntries::loaded).count();
        @Nullable String wrong = conditions.stream()
                .filter(condition -> !loaded(condition))
                .map(condition -> condition.getMember() + ": "
                        + (condition.getReason().isEmpty()
                                ? word(condition.getState().name(), "STATE_")
                                : condition.getReason()))
                .collect(Collectors.joining(", "));
        return loaded == conditions.size()
                ? "loaded " + loaded + "/" + loaded
                : loaded + "/" + conditions.size() + ": " + wrong;
    }

    private static boolean loaded(CertificateCondition condition) {
        return condition.getState() == State.STATE_LOADED;
    }
}
