package io.weldr.cli;

import io.weldr.proto.admin.v1.AddOriginRequest;
import io.weldr.proto.admin.v1.AdminState;
import io.weldr.proto.admin.v1.Consistency;
import io.weldr.proto.admin.v1.HealthPolicy;
import io.weldr.proto.admin.v1.HostPolicy;
import io.weldr.proto.admin.v1.ListOriginsReply;
import io.weldr.proto.admin.v1.ListOriginsRequest;
import io.weldr.proto.admin.v1.ListProbesReply;
import io.weldr.proto.admin.v1.ListProbesRequest;
import io.weldr.proto.admin.v1.Origin;
import io.weldr.proto.admin.v1.OriginKey;
import io.weldr.proto.admin.v1.OriginProbe;
import io.weldr.proto.admin.v1.OriginReply;
import io.weldr.proto.admin.v1.RemoveOriginRequest;
import io.weldr.proto.admin.v1.UpdateOriginRequest;
import io.weldr.proto.admin.v1.WriteOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weldrctl servers add|rm|set|ls}, and other words for them. */
@Command(description = "The origins that requests are sent to.")
final class ServersCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run()
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "add, rm, set or ls is missing");
    }

    /** The words of {@code --host}. */
    enum Host {
        preserve,
        rewrite
    }

    private static HostPolicy message(@Nullable Host host) {
        return host == null
                ? HostPolicy.HOST_POLICY_UNSPECIFIED
                : host == Host.preserve ? HostPolicy.HOST_POLICY_PRESERVE : HostPolicy.HOST_POLICY_REWRITE;
    }

    /** {@code servers add URL}. */
    @Command(description = "Adds an origin.")
    static final class Add extends Shared {
        @Parameters(paramLabel = "URL", description = "http://host:port")
        private String url = "";

        @Option(names = "--pool", paramLabel = "NAME", description = "Default: default")
        private String pool = "";

        @Option(names = "--id", paramLabel = "ID", description = "Its name. Default: host:port")
        private String id = "";

        @Option(names = "--weight", paramLabel = "N", description = "Share of requests, 0 to 100. Default: 1")
        private @Nullable Integer weight;

        @Option(names = "--host", paramLabel = "preserve|rewrite", description = "Which Host field it sees")
        private @Nullable Host host;

        @Option(names = "--new", description = "Refuse even the same origin if it is there already")
        private boolean mustBeNew;

        @Mixin
        private HealthOptions health = new HealthOptions();

        @Mixin
        private WriteFlags flags = new WriteFlags();

        @Override
        void run(Session session, Output output) {
            AddOriginRequest.Builder request = AddOriginRequest.newBuilder()
                    .setPool(pool)
                    .setUrl(url)
                    .setId(id)
                    .setHost(message(host))
                    .setMustBeNew(mustBeNew)
                    .setOptions(flags.options());
            if (weight != null) {
                request.setWeight(weight);
            }
            HealthPolicy policy = health.message();
            if (policy != null) {
                request.setHealth(policy);
            }
            AddOriginRequest wish = request.build();
            print(output, session.write(stub -> stub.addOrigin(wish), flags.waits()));
        }
    }

    /** {@code servers rm ID}. */
    @Command(description = "Removes an origin.")
    static final class Remove extends Shared {
        @Parameters(paramLabel = "ID", description = "Its id, or host:port")
        private String id = "";

        @Option(names = "--pool", paramLabel = "NAME", description = "Default: default")
        private String pool = "";

        @Option(names = "--if-revision", paramLabel = "N", description = "Refuse unless it was last changed then")
        private @Nullable Long revision;

        @Mixin
        private WriteFlags flags = new WriteFlags();

        @Override
        void run(Session session, Output output) {
            WriteOptions options = options(flags, revision);
            print(output, byIdOrAddress(id, key -> {
                RemoveOriginRequest wish = RemoveOriginRequest.newBuilder()
                        .setPool(pool)
                        .setOrigin(key)
                        .setOptions(options)
                        .build();
                return session.write(stub -> stub.removeOrigin(wish), flags.waits());
            }));
        }
    }

    /** {@code servers set ID ...}. */
    @Command(description = "Changes an origin; what is not given stays.")
    static final class Set extends Shared {
        @Parameters(paramLabel = "ID", description = "Its id, or host:port")
        private String id = "";

        @Option(names = "--pool", paramLabel = "NAME", description = "Default: default")
        private String pool = "";

        @Option(names = "--url", paramLabel = "URL", description = "Where it is now")
        private @Nullable String url;

        @Option(names = "--weight", paramLabel = "N", description = "Share of requests, 0 to 100")
        private @Nullable Integer weight;

        @Option(names = "--host", paramLabel = "preserve|rewrite", description = "Which Host field it sees")
        private @Nullable Host host;

        @Option(names = "--enable", description = "It takes requests while probes find it well")
        private boolean enable;

        @Option(
                names = "--drain",
                arity = "0..1",
                fallbackValue = "30s",
                paramLabel = "TIME",
                description = "It takes no new requests; those under way have this long. Default: 30s")
        private @Nullable String drain;

        @Option(names = "--maintenance", description = "It takes no requests and is not probed")
        private boolean maintenance;

        @Option(names = "--inherit-health", description = "Drop its own health policy; the pool's holds")
        private boolean inheritHealth;

        @Option(names = "--if-revision", paramLabel = "N", description = "Refuse unless it was last changed then")
        private @Nullable Long revision;

        @Mixin
        private HealthOptions health = new HealthOptions();

        @Mixin
        private WriteFlags flags = new WriteFlags();

        @Override
        void run(Session session, Output output) {
            UpdateOriginRequest.Builder request = UpdateOriginRequest.newBuilder()
                    .setPool(pool)
                    .setHost(message(host))
                    .setInheritHealth(inheritHealth)
                    .setOptions(options(flags, revision));
            if (url != null) {
                request.setUrl(url);
            }
            if (weight != null) {
                request.setWeight(weight);
            }
            HealthPolicy policy = health.message();
            if (policy != null) {
                request.setHealth(policy);
            }
            boolean administered = admin(request);
            if (url == null && weight == null && host == null && !administered && policy == null && !inheritHealth) {
                throw UsageError.of(spec, "nothing to set");
            }
            print(output, byIdOrAddress(id, key -> {
                UpdateOriginRequest wish = request.setOrigin(key).build();
                return session.write(stub -> stub.updateOrigin(wish), flags.waits());
            }));
        }

        /** Whether the state that an operator gives an origin is to change. */
        private boolean admin(UpdateOriginRequest.Builder request) {
            requireAtMostOne("--enable", enable, "--drain", drain != null);
            requireAtMostOne("--enable", enable, "--maintenance", maintenance);
            requireAtMostOne("--drain", drain != null, "--maintenance", maintenance);
            if (drain != null) {
                request.setAdmin(AdminState.ADMIN_STATE_DRAINING)
                        .setDrainFor(Values.message(Values.parseDuration("--drain", drain)));
            } else if (maintenance) {
                request.setAdmin(AdminState.ADMIN_STATE_MAINTENANCE);
            } else if (enable) {
                request.setAdmin(AdminState.ADMIN_STATE_ENABLED);
            }
            return enable || drain != null || maintenance;
        }
    }

    /** {@code servers ls [ID]}. */
    @Command(description = "Lists the origins, or shows one of them.")
    static final class ListAll extends Shared {
        @Parameters(
                paramLabel = "ID",
                arity = "0..1",
                description = "Only this one: its id, or host:port. Default: all")
        private @Nullable String id;

        @Option(names = "--pool", paramLabel = "NAME", description = "Default: default")
        private String pool = "";

        @Option(names = "--stale", description = "What the node has applied, also without a quorum")
        private boolean stale;

        @Override
        void run(Session session, Output output) {
            ListOriginsRequest request = ListOriginsRequest.newBuilder()
                    .setPool(pool)
                    .setConsistency(stale ? Consistency.CONSISTENCY_STALE : Consistency.CONSISTENCY_LINEARIZABLE)
                    .build();
            ListOriginsReply reply = session.read(stub -> stub.listOrigins(request));
            List<Origin> origins = id == null ? reply.getOriginsList() : only(id, reply.getOriginsList());
            ListProbesReply found = probes(session);
            Map<String, OriginProbe> probes =
                    found.getProbesList().stream().collect(Collectors.toMap(OriginProbe::getOrigin, probe -> probe));
            if (output.json()) {
                Map<String, Object> map = new LinkedHashMap<>();
                map.put(
                        "servers",
                        origins.stream()
                                .map(origin -> json(origin, probes.get(origin.getId())))
                                .toList());
                map.put("revision", reply.getRevision());
                if (!found.getMissing().isEmpty()) {
                    map.put("probesMissing", found.getMissing());
                }
                if (stale) {
                    map.put("age", reply.hasAge() ? Values.duration(reply.getAge()) : null);
                }
                output.json(map);
                return;
            }
            output.table(
                    Values.ORIGIN_HEAD,
                    origins.stream()
                            .map(origin -> Values.row(origin, probes.get(origin.getId())))
                            .toList());
            if (!found.getMissing().isEmpty()) {
                output.line("last probes are not known: " + found.getMissing());
            }
        }

        /**
         * What the leader's probes found, or why that is not known: the list of origins is worth showing without it.
         */
        private ListProbesReply probes(Session session) {
            ListProbesRequest request =
                    ListProbesRequest.newBuilder().setPool(pool).build();
            try {
                return session.aside(stub -> stub.listProbes(request));
            } catch (CliException e) {
                return ListProbesReply.newBuilder()
                        .setMissing(String.valueOf(e.getMessage()))
                        .build();
            }
        }

        private static Map<String, Object> json(Origin origin, @Nullable OriginProbe probe) {
            Map<String, Object> map = Values.origin(origin);
            if (probe != null) {
                map.put("lastProbe", Values.probe(probe));
            }
            return map;
        }

        /** An id goes first, as for changes. */
        private static List<Origin> only(String text, List<Origin> origins) {
            List<Origin> byId =
                    origins.stream().filter(one -> one.getId().equals(text)).toList();
            List<Origin> found = !byId.isEmpty()
                    ? byId
                    : origins.stream()
                            .filter(one -> one.getUrl().endsWith("://" + text))
                            .toList();
            if (found.isEmpty()) {
                throw new CliException(
                        ExitCode.NOT_FOUND, "origin \"" + text + "\" (expected: the id or host:port of one)");
            }
            return found;
        }
    }

    private static WriteOptions options(WriteFlags flags, @Nullable Long revision) {
        WriteOptions options = flags.options();
        return revision == null
                ? options
                : options.toBuilder().setExpectedRevision(revision).build();
    }

    /** An id goes first; what could be an address and is no id is tried as one. */
    private static OriginReply byIdOrAddress(String text, Function<OriginKey, OriginReply> call) {
        try {
            return call.apply(OriginKey.newBuilder().setId(text).build());
        } catch (CliException e) {
            if (e.exitCode() != ExitCode.NOT_FOUND || text.indexOf(':') < 0) {
                throw e;
            }
            return call.apply(OriginKey.newBuilder().setAddress(text).build());
        }
    }

    private static void print(Output output, OriginReply reply) {
        String effect = reply.getEffect().name().substring("EFFECT_".length()).toLowerCase(Locale.ROOT);
        if (output.json()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("effect", effect);
            map.put("revision", reply.getRevision());
            map.put("server", Values.origin(reply.getOrigin()));
            if (reply.getAppliedCount() > 0) {
                map.put(
                        "applied",
                        reply.getAppliedList().stream().map(Values::applied).toList());
            }
            output.json(map);
            return;
        }
        output.line(effect + " " + reply.getOrigin().getId() + " ("
                + reply.getOrigin().getUrl() + ", "
                + reply.getOrigin().getState() + ", weight " + reply.getOrigin().getWeight() + ") at revision "
                + reply.getRevision());
        if (reply.getAppliedCount() > 0) {
            output.line(WriteFlags.line(reply.getAppliedList()));
        }
    }
}
