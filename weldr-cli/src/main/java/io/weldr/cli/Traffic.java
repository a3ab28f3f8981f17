package io.weldr.cli;

import io.weldr.proto.admin.v1.Figures;
import io.weldr.proto.admin.v1.ListOriginsReply;
import io.weldr.proto.admin.v1.MemberSamples;
import io.weldr.proto.admin.v1.Origin;
import io.weldr.proto.admin.v1.OriginSample;
import io.weldr.proto.admin.v1.PoolSample;
import io.weldr.proto.admin.v1.SamplesReply;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What all members measured last, added up. Pure.
 *
 * @param answered members whose numbers are in it
 * @param missing why others told nothing, by member
 * @param sampleSeconds how old the oldest of the numbers is; null: nobody has told
 * @param stateMillis time since the answering node last heard from a leader; null: it never did
 * @param total requests of clients
 * @param pools in the order in which they are shown
 */
record Traffic(
        List<String> answered,
        Map<String, String> missing,
        @Nullable Long sampleSeconds,
        @Nullable Long stateMillis,
        Row total,
        List<OfPool> pools) {

    /** What the rows are sorted by, the largest first; names the other way round. */
    enum Order {
        requests,
        errors,
        inflight,
        latency,
        name;

        Comparator<Row> rows() {
            Comparator<Row> byName = Comparator.comparing(row -> row.name);
            return switch (this) {
                case requests -> largest(row -> row.requests).thenComparing(byName);
                case errors -> largest(row -> row.errors).thenComparing(byName);
                case inflight -> largest(row -> row.inFlight).thenComparing(byName);
                case latency -> largest(row -> known(row.p99)).thenComparing(byName);
                case name -> byName;
            };
        }

        private static Comparator<Row> largest(ToDoubleFunction<Row> of) {
            return Comparator.comparingDouble(of).reversed();
        }
    }

    /** A pool and its origins. */
    record OfPool(Row row, List<Row> origins) {}

    /** One line. It is added up while members are read, and does not change after that. */
    static final class Row {
        final String name;
        String state = "";
        double requests;
        double errors;
        long inFlight;
        long queued;
        /** Of the member that is slowest: those of several cannot be added up. NaN: not known. */
        double p50 = Double.NaN;

        double p99 = Double.NaN;
        int ejectedBy;

        Row(String name) {
            this.name = name;
        }

        void add(Figures figures) {
            requests += known(figures.getRequestsPerSecond());
            errors += known(figures.getErrorsPerSecond());
            inFlight += Math.round(known(figures.getInFlight()));
            queued += Math.round(known(figures.getQueued()));
            p50 = larger(p50, figures.getP50Millis());
            p99 = larger(p99, figures.getP99Millis());
        }

        void add(OriginSample origin) {
            requests += known(origin.getRequestsPerSecond());
            errors += known(origin.getErrorsPerSecond());
            inFlight += origin.getInFlight();
            queued += origin.getQueued();
            ejectedBy += origin.getEjected() ? 1 : 0;
        }
    }

    private static double known(double value) {
        return Double.isNaN(value) ? 0 : value;
    }

    private static double larger(double one, double other) {
        return Double.isNaN(one) || other > one ? other : one;
    }

    /**
     * Adds up.
     *
     * @param states what the answering node knows of the origins, by pool, those without traffic among them
     */
    static Traffic of(SamplesReply samples, Map<String, ListOriginsReply> states, Order order) {
        List<String> answered = new ArrayList<>();
        Map<String, String> missing = new TreeMap<>();
        Row total = new Row("");
        Map<String, Row> pools = new TreeMap<>();
        Map<String, Map<String, Row>> origins = new TreeMap<>();
        Long oldest = null;
        for (MemberSamples member : samples.getMembersList()) {
            if (!member.hasLatest()) {
                missing.put(
                        member.getMember(),
                        member.getMissing().isEmpty() ? "it has measured nothing yet" : member.getMissing());
                continue;
            }
            answered.add(member.getMember());
            if (member.hasAge()) {
                long age = member.getAge().getSeconds();
                oldest = oldest == null ? age : Math.max(oldest, age);
            }
            total.add(member.getLatest().getNode());
            for (PoolSample pool : member.getLatest().getPoolsList()) {
                pools.computeIfAbsent(pool.getPool(), Row::new).add(pool.getFigures());
                Map<String, Row> rows = origins.computeIfAbsent(pool.getPool(), any -> new TreeMap<>());
                pool.getOriginsList()
                        .forEach(origin -> rows.computeIfAbsent(origin.getOrigin(), Row::new)
                                .add(origin));
            }
        }
        Long stateMillis = null;
        for (Map.Entry<String, ListOriginsReply> state : states.entrySet()) {
            Row row = pools.computeIfAbsent(state.getKey(), Row::new);
            Map<String, Row> rows = origins.computeIfAbsent(state.getKey(), any -> new TreeMap<>());
            states(state.getValue(), row, rows);
            if (state.getValue().hasAge()) {
                stateMillis = Values.millis(state.getValue().getAge());
            }
        }
        List<OfPool> sorted = pools.values().stream()
                .sorted(order.rows())
                .map(pool -> new OfPool(
                        pool,
                        origins.getOrDefault(pool.name, Map.of()).values().stream()
                                .sorted(order.rows())
                                .toList()))
                .toList();
        return new Traffic(answered, missing, oldest, stateMillis, total, sorted);
    }

    private static void states(ListOriginsReply reply, Row pool, Map<String, Row> rows) {
        int up = 0;
        for (Origin origin : reply.getOriginsList()) {
            Row row = rows.computeIfAbsent(origin.getId(), Row::new);
            row.state = origin.getState() + (row.ejectedBy > 0 ? ", ejected by " + row.ejectedBy : "");
            up += origin.getState().equals("up") ? 1 : 0;
        }
        pool.state = up + "/" + reply.getOriginsCount() + " up";
    }

    /**
     * The rows of a table, pools with their origins below them.
     *
     * @param wanted a pool; null: all
     */
    List<List<String>> rows(@Nullable String wanted) {
        List<List<String>> rows = new ArrayList<>();
        for (OfPool pool : pools) {
            if (wanted == null || wanted.equals(pool.row().name)) {
                rows.add(cells("", pool.row()));
                pool.origins().forEach(origin -> rows.add(cells("  ", origin)));
            }
        }
        return rows;
    }

    private static List<String> cells(String indent, Row row) {
        return List.of(
                indent + row.name,
                row.state,
                text(row.requests),
                text(row.errors),
                Long.toString(row.inFlight),
                Long.toString(row.queued),
                text(row.p50),
                text(row.p99));
    }

    /** What is said above the table. */
    List<String> head(String endpoint) {
        List<String> lines = new ArrayList<>();
        lines.add(endpoint + "  nodes " + answered.size() + " of " + (answered.size() + missing.size()) + "  numbers "
                + (sampleSeconds == null ? "of an unknown age" : "up to " + sampleSeconds + " s old") + "  states "
                + (stateMillis == null ? "of an unknown age" : stateMillis / 1000 + " s old"));
        lines.add("clients  " + text(total.requests) + " requests/s  " + text(total.errors) + " errors/s  in flight "
                + total.inFlight + "  p50 " + text(total.p50) + " ms  p99 " + text(total.p99) + " ms");
        missing.forEach((member, why) -> lines.add(member + " is not in the numbers: " + why));
        return lines;
    }

    private static String text(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, value < 1000 ? "%.1f" : "%.0f", value);
    }

    /** As JSON. A number that is not known is null. */
    Map<String, Object> map(@Nullable String wanted) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("members", answered);
        map.put("missing", missing);
        map.put("sampleAgeSeconds", sampleSeconds);
        map.put("stateAgeMillis", stateMillis);
        map.put("clients", map(total));
        List<Map<String, Object>> all = new ArrayList<>();
        for (OfPool pool : pools) {
            if (wanted == null || wanted.equals(pool.row().name)) {
                Map<String, Object> one = map(pool.row());
                one.put("origins", pool.origins().stream().map(Traffic::map).toList());
                all.add(one);
            }
        }
        map.put("pools", all);
        return map;
    }

    private static Map<String, Object> map(Row row) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (!row.name.isEmpty()) {
            map.put("name", row.name);
            map.put("state", row.state.isEmpty() ? null : row.state);
        }
        map.put("requestsPerSecond", rounded(row.requests));
        map.put("errorsPerSecond", rounded(row.errors));
        map.put("inFlight", row.inFlight);
        map.put("queued", row.queued);
        map.put("p50Millis", rounded(row.p50));
        map.put("p99Millis", rounded(row.p99));
        map.put("ejectedBy", row.ejectedBy);
        return map;
    }

    private static @Nullable Double rounded(double value) {
        return Double.isNaN(value) ? null : Math.round(value * 1000) / 1000.0;
    }
}
