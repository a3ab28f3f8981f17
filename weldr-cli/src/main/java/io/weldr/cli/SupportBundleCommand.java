package io.weldr.cli;

import com.google.protobuf.Message;
import io.weldr.proto.admin.v1.ClusterStatusReply;
import io.weldr.proto.admin.v1.ClusterStatusRequest;
import io.weldr.proto.admin.v1.Consistency;
import io.weldr.proto.admin.v1.DoctorReply;
import io.weldr.proto.admin.v1.DoctorRequest;
import io.weldr.proto.admin.v1.HistoryRequest;
import io.weldr.proto.admin.v1.ListOriginsRequest;
import io.weldr.proto.admin.v1.ListResourcesRequest;
import io.weldr.proto.admin.v1.MemberStatus;
import io.weldr.proto.admin.v1.SamplesRequest;
import io.weldr.proto.admin.v1.StatsRequest;
import io.weldr.proto.admin.v1.SupportReply;
import io.weldr.proto.admin.v1.SupportRequest;
import io.weldr.proto.admin.v1.SupportText;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code weldrctl support-bundle FILE}. */
@Command(
        header = "Writes what helps others to help you into FILE, a .tar.gz: without secrets.",
        description =
                "Of the cluster: what doctor finds, members, resources, origins, traffic and history. Of each node: configuration, the"
                        + " end of the log, metrics, threads. Values that may be secret are left out. It needs the role admin"
                        + " and no quorum. Read it before you send it: names and addresses are in it.")
final class SupportBundleCommand extends Shared {
    private static final int CHANGES_MAX = 512;
    private static final int POOLS_MAX = 256;

    /** Whoever answers must not choose where a file goes. */
    private static final String FILE_NAME = "[a-z0-9][a-z0-9-]{0,40}\\.[a-z]{1,8}";

    private static final String MEMBER_NAME = "[A-Za-z0-9][A-Za-z0-9_.-]{0,40}";

    private static final String ABOUT = """
            A support bundle of a weldr cluster, made by weldrctl support-bundle.

            doctor.json         what weldrctl doctor finds
            cluster.json        the members
            pools.json, listeners.json, routes.json, certificates.json, origins.json
                                resources, members by an allow-list
            stats.json, top.json  traffic
            history.json        changes, without details and reasons
            NODE/               configuration (by an allow-list), the end of the log, metrics, machine, threads

            "(left out)" stands for a value that may be secret: values of header fields, bodies, texts that operators
            wrote, commands. Private keys, tokens and the secret of the cluster are never told by a node. Names of hosts,
            addresses and paths are in it.
            """;

    @Parameters(paramLabel = "FILE", description = "A file that there is not yet, such as weldr.tar.gz")
    private String file = "";

    private final List<String> missing = new ArrayList<>();

    @Override
    void run(Session session, Output output) {
        Path to = path();
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Bundle bundle = new Bundle("weldr-support-" + now.toString().replaceAll("[-:]", ""), now);
        ClusterStatusReply status = session.read(stub -> stub.clusterStatus(ClusterStatusRequest.getDefaultInstance()));
        bundle.add("README.txt", ABOUT + "\nAt " + now + ", asked of " + status.getSelf() + " by " + version() + ".\n");
        part(session, bundle, "doctor.json", () -> {
            DoctorReply reply = session.read(stub -> stub.doctor(DoctorRequest.getDefaultInstance()));
            return DoctorCommand.map(reply);
        });
        part(session, bundle, "cluster.json", () -> cluster(status));
        List<String> pools = new ArrayList<>();
        for (Kind kind : List.of(Kind.pools(), Kind.listeners(), Kind.routes(), Kind.certificates())) {
            part(session, bundle, kind.plural() + ".json", () -> resources(session, kind, pools));
        }
        part(session, bundle, "origins.json", () -> origins(session, pools));
        part(
                session,
                bundle,
                "stats.json",
                () -> StatsCommand.map(session.read(stub -> stub.stats(StatsRequest.getDefaultInstance()))));
        part(
                session,
                bundle,
                "top.json",
                () -> Traffic.of(
                                session.read(stub -> stub.samples(SamplesRequest.newBuilder()
                                        .setLatestOnly(true)
                                        .build())),
                                Map.of(),
                                Traffic.Order.name)
                        .map(null));
        part(session, bundle, "history.json", () -> history(session));
        for (MemberStatus member : status.getMembersList()) {
            member(session, bundle, member.getId());
        }
        if (!missing.isEmpty()) {
            bundle.add("MISSING.txt", String.join("\n", missing) + "\n");
        }
        bundle.write(to);
        say(output, bundle, to);
    }

    private Path path() {
        try {
            return Path.of(file);
        } catch (InvalidPathException e) {
            throw new CliException(ExitCode.USAGE, Output.printable(file + ": " + e.getReason()));
        }
    }

    private static String version() {
        return new Weldrctl.Version().getVersion()[0];
    }

    /** What cannot be had is noted: a bundle of a sick cluster is the one that is needed. */
    private void part(Session session, Bundle bundle, String name, Supplier<Map<String, Object>> content) {
        session.again();
        try {
            bundle.add(name, Json.indented(content.get()) + "\n");
        } catch (CliException e) {
            missing.add(name + ": " + e.text());
        }
    }

    private void member(Session session, Bundle bundle, String id) {
        if (!id.matches(MEMBER_NAME)) {
            missing.add("a member whose name is no name of a folder");
            return;
        }
        session.again();
        try {
            SupportReply reply = session.read(stub ->
                    stub.support(SupportRequest.newBuilder().setMember(id).build()));
            for (SupportText text : reply.getTextsList()) {
                if (text.getName().matches(FILE_NAME)) {
                    bundle.add(
                            id + "/" + text.getName(),
                            text.getText() + (text.getCut() ? "\n(cut: this is not all of it)\n" : ""));
                }
            }
        } catch (CliException e) {
            missing.add(id + ": " + e.text());
        }
    }

    private static Map<String, Object> cluster(ClusterStatusReply status) {
        long commitIndex = status.getMembersList().stream()
                .mapToLong(MemberStatus::getCommitIndex)
                .max()
                .orElse(0);
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("self", status.getSelf());
        map.put("leader", status.getLeader());
        map.put("term", status.getTerm());
        map.put("change", status.getChange());
        map.put("clusterVersion", status.getClusterVersion());
        map.put(
                "members",
                status.getMembersList().stream()
                        .map(member -> Values.member(member, commitIndex))
                        .toList());
        return map;
    }

    /** @param pools gets the names of pools */
    private static Map<String, Object> resources(Session session, Kind kind, List<String> pools) {
        ListResourcesRequest request = ListResourcesRequest.newBuilder()
                .setConsistency(Consistency.CONSISTENCY_STALE)
                .build();
        Message reply = session.read(stub -> kind.list().apply(stub, request));
        List<Message> entries = Kind.all(reply, "entries");
        if (kind.singular().equals("pool")) {
            entries.forEach(entry -> pools.add(kind.name(entry)));
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("revision", Kind.get(reply, "revision"));
        map.put(
                kind.plural(),
                entries.stream()
                        .map(entry -> Disclosed.of(ResourceCommand.members(kind, entry)))
                        .toList());
        return map;
    }

    private static Map<String, Object> origins(Session session, List<String> pools) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (String pool : pools.subList(0, Math.min(POOLS_MAX, pools.size()))) {
            ListOriginsRequest request = ListOriginsRequest.newBuilder()
                    .setPool(pool)
                    .setConsistency(Consistency.CONSISTENCY_STALE)
                    .build();
            session.again();
            map.put(
                    pool,
                    session.read(stub -> stub.listOrigins(request)).getOriginsList().stream()
                            .map(origin -> Disclosed.of(Values.origin(origin)))
                            .toList());
        }
        return map;
    }

    private static Map<String, Object> history(Session session) {
        HistoryRequest request = HistoryRequest.newBuilder()
                .setConsistency(Consistency.CONSISTENCY_STALE)
                .setLimit(CHANGES_MAX)
                .build();
        List<Map<String, Object>> changes = new ArrayList<>();
        session.read(stub -> stub.history(request)).getChangesList().forEach(event -> {
            Map<String, Object> change = Values.event(event);
            change.remove("reason"); // what an operator wrote
            change.remove("detail"); // values from before and after
            change.remove("origin");
            changes.add(Disclosed.of(change));
        });
        return Map.of("changes", changes);
    }

    private void say(Output output, Bundle bundle, Path to) {
        if (output.json()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("file", to.toString());
            map.put("contents", bundle.sizes());
            map.put("missing", missing);
            output.json(map);
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        bundle.sizes().forEach((name, bytes) -> rows.add(List.of(name, Integer.toString(bytes))));
        output.table(List.of("FILE", "BYTES"), rows);
        missing.forEach(line -> output.line("not in it: " + line));
        output.line("wrote " + to + "; values that may be secret are left out; read it before you send it");
    }
}
