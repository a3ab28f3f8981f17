package io.weldr.cli;

import io.weldr.proto.admin.v1.HostPolicy;
import io.weldr.proto.admin.v1.OriginKey;
import io.weldr.proto.admin.v1.OriginReply;
import io.weldr.proto.admin.v1.RemoveOriginRequest;
import io.weldr.proto.admin.v1.WriteOptions;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weldrctl servers}, and what its commands share. */
@Command(description = "Manages the origins of a pool.")
final class ServersCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run()
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "add, rm, set, get or ls is missing");
    }

    /** The words of {@code --host}. */
    enum Host {
        preserve,
        rewrite
    }

    static HostPolicy message(@Nullable Host host) {
        return host == null
                ? HostPolicy.HOST_POLICY_UNSPECIFIED
                : host == Host.preserve ? HostPolicy.HOST_POLICY_PRESERVE : HostPolicy.HOST_POLICY_REWRITE;
    }

    /** {@code servers rm ID}. */
    @Command(description = "Removes an origin.")
    static final class Remove extends Shared {
        @Parameters(paramLabel = "ID", description = "The id of the origin, or host:port")
        private String id = "";

        @Option(names = "--pool", paramLabel = "NAME", description = "The pool. Default: default")
        private String pool = "";

        @Option(names = "--if-revision", paramLabel = "N", description = "Refuse unless this revision changed it last")
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

    static WriteOptions options(WriteFlags flags, @Nullable Long revision) {
        WriteOptions options = flags.options();
        return revision == null
                ? options
                : options.toBuilder().setExpectedRevision(revision).build();
    }

    /** An id goes first; what could be an address and is no id is tried as one. */
    static OriginReply byIdOrAddress(String text, Function<OriginKey, OriginReply> call) {
        try {
            return call.apply(OriginKey.newBuilder().setId(text).build());
        } catch (CliException e) {
            if (e.exitCode() != ExitCode.NOT_FOUND || text.indexOf(':') < 0) {
                throw e;
            }
            return call.apply(OriginKey.newBuilder().setAddress(text).build());
        }
    }

    static void print(Output output, OriginReply reply) {
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
