package io.weldr.cli;

import io.weldr.proto.admin.v1.Count;
import io.weldr.proto.admin.v1.OriginCount;
import io.weldr.proto.admin.v1.StatsReply;
import io.weldr.proto.admin.v1.StatsRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code weldrctl stats}. */
@Command(description = "Shows what the whole cluster has proxied since its nodes started.")
final class StatsCommand extends Shared {
    @Override
    void run(Session session, Output output) {
        StatsReply reply = session.read(stub -> stub.stats(StatsRequest.getDefaultInstance()));
        if (output.json()) {
            output.json(map(reply));
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(row("clients", "", reply.getClient()));
        rows.add(row("servers", "", reply.getServer()));
        for (OriginCount origin : reply.getOriginsList()) {
            List<String> row = new ArrayList<>(row("  " + origin.getId(), origin.getAddress(), origin.getCount()));
            int nodes = origin.getEjectedBy();
            row.set(row.size() - 1, nodes == 0 ? "" : nodes + (nodes == 1 ? " node" : " nodes"));
            rows.add(row);
        }
        output.table(List.of("OF", "ADDRESS", "SUCCESS", "FAILED", "EJECTED BY"), rows);
        if (reply.getMissingCount() > 0) {
            output.line("missing: " + String.join(", ", reply.getMissingList()) + " (not in the sums)");
        }
    }

    static Map<String, Object> map(StatsReply reply) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("client", Values.count(reply.getClient()));
        map.put("server", Values.count(reply.getServer()));
        List<Map<String, Object>> origins = new ArrayList<>();
        for (OriginCount origin : reply.getOriginsList()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("pool", origin.getPool());
            one.put("id", origin.getId());
            one.put("address", origin.getAddress());
            one.putAll(Values.count(origin.getCount()));
            one.put("ejectedBy", origin.getEjectedBy());
            origins.add(one);
        }
        map.put("servers", origins);
        map.put("members", List.copyOf(reply.getMembersList()));
        map.put("missing", List.copyOf(reply.getMissingList()));
        return map;
    }

    private static List<String> row(String of, String address, Count count) {
        return List.of(of, address, Long.toString(count.getSuccess()), Long.toString(count.getFailed()), "");
    }
}
