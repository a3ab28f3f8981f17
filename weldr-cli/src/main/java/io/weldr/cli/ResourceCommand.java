package io.weldr.cli;

import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import io.weldr.proto.admin.v1.Applied;
import io.weldr.proto.admin.v1.Consistency;
import io.weldr.proto.admin.v1.DeleteResourceRequest;
import io.weldr.proto.admin.v1.GetResourceRequest;
import io.weldr.proto.admin.v1.ListResourcesRequest;
import io.weldr.proto.admin.v1.WriteOptions;
import io.weldr.wire.json.ResourceJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weldrctl pools|listeners|routes|certs ls|get|rm}; {@link ResourceWrites} has {@code add} and {@code set}. */
@Command
final class ResourceCommand implements Runnable, Described {
    private final String description;
    private final String missing;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run()
    private CommandSpec spec;

    ResourceCommand(String description, String missing) {
        this.description = description;
        this.missing = missing;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), missing);
    }

    /** {@code pools ls}. */
    @Command
    static final class ListAll extends Shared implements Described {
        private final Kind kind;

        @Option(names = "--stale", description = "Read the state that the node has applied, also without a quorum")
        private boolean stale;

        ListAll(Kind kind) {
            this.kind = kind;
        }

        @Override
        public String description() {
            return "Lists the " + kind.plural() + ".";
        }

        @Override
        void run(Session session, Output output) {
            ListResourcesRequest request = ListResourcesRequest.newBuilder()
                    .setConsistency(consistency(stale))
                    .build();
            Message reply = session.read(stub -> kind.list().apply(stub, request));
            List<Message> entries = Kind.all(reply, "entries");
            if (output.json()) {
                Map<String, Object> map = new LinkedHashMap<>();
                map.put(
                        kind.plural(),
                        entries.stream().map(entry -> members(kind, entry)).toList());
                map.put("revision", Kind.get(reply, "revision"));
                putAge(map, stale, reply);
                output.json(map);
                return;
            }
            ResourceTables.print(kind, entries, output);
        }
    }

    /** {@code pools get NAME}. */
    @Command
    static final class Get extends Shared implements Described {
        private final Kind kind;

        @Parameters(paramLabel = "NAME", description = "The name")
        private String name = "";

        @Option(names = "--stale", description = "Read the state that the node has applied, also without a quorum")
        private boolean stale;

        Get(Kind kind) {
            this.kind = kind;
        }

        @Override
        public String description() {
            return "Shows all of a " + kind.singular() + ".";
        }

        @Override
        void run(Session session, Output output) {
            GetResourceRequest request = GetResourceRequest.newBuilder()
                    .setName(name)
                    .setConsistency(consistency(stale))
                    .build();
            Message reply = session.read(stub -> kind.get().apply(stub, request));
            Map<String, Object> members = members(kind, (Message) Kind.get(reply, "entry"));
            putAge(members, stale, reply);
            output.whole(members);
        }
    }

    /** {@code pools rm NAME}. */
    @Command
    static final class Remove extends Shared implements Described {
        private final Kind kind;

        @Parameters(paramLabel = "NAME", description = "The name")
        private String name = "";

        @Option(names = "--if-revision", paramLabel = "N", description = "Refuse unless this revision changed it last")
        private @Nullable Long revision;

        @Mixin
        private WriteFlags flags = new WriteFlags();

        Remove(Kind kind) {
            this.kind = kind;
        }

        @Override
        public String description() {
            return "Removes a " + kind.singular() + (kind.singular().equals("pool") ? " with its origins." : ".");
        }

        @Override
        void run(Session session, Output output) {
            DeleteResourceRequest wish = DeleteResourceRequest.newBuilder()
                    .setName(name)
                    .setOptions(options(flags, revision))
                    .build();
            print(kind, output, session.write(stub -> kind.delete().apply(stub, wish), flags.waits()));
        }
    }

    private static Consistency consistency(boolean stale) {
        return stale ? Consistency.CONSISTENCY_STALE : Consistency.CONSISTENCY_LINEARIZABLE;
    }

    private static void putAge(Map<String, Object> map, boolean stale, Message reply) {
        if (stale) {
            map.put("age", Kind.has(reply, "age") ? Values.duration((Duration) Kind.get(reply, "age")) : "unknown");
        }
    }

    static WriteOptions options(WriteFlags flags, @Nullable Long revision) {
        WriteOptions options = flags.options();
        return revision == null
                ? options
                : options.toBuilder().setExpectedRevision(revision).build();
    }

    /** An entry, as the HTTP API has it. */
    static Map<String, Object> members(Kind kind, Message entry) {
        Map<String, Object> members = ResourceJson.tree(kind.resource(entry));
        if (kind.singular().equals("pool")) {
            members.put("origins", Kind.get(entry, "origins"));
        }
        if (kind.singular().equals("listener")) {
            List<Map<String, Object>> conditions = ListenerConditions.members(entry);
            if (!conditions.isEmpty()) {
                members.put("conditions", conditions);
            }
        }
        if (kind.singular().equals("certificate")) {
            CertificateEntries.put(members, entry);
        }
        members.put("revision", Kind.get(entry, "revision"));
        members.put("createdRevision", Kind.get(entry, "created_revision"));
        return members;
    }

    /** What a write has done. */
    static void print(Kind kind, Output output, Message reply) {
        String effect = Kind.get(reply, "effect")
                .toString()
                .substring("EFFECT_".length())
                .toLowerCase(Locale.ROOT);
        Message entry = (Message) Kind.get(reply, "entry");
        List<Applied> applied =
                Kind.all(reply, "applied").stream().map(Applied.class::cast).toList();
        List<?> warnings = (List<?>) Kind.get(reply, "warnings");
        if (output.json()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("effect", effect);
            map.put("revision", Kind.get(reply, "revision"));
            map.put(kind.singular(), members(kind, entry));
            map.put("warnings", warnings);
            if (!applied.isEmpty()) {
                map.put("applied", applied.stream().map(Values::applied).toList());
            }
            output.json(map);
            return;
        }
        output.line(effect + " " + kind.singular() + " " + kind.name(entry) + " at revision "
                + Kind.get(reply, "revision"));
        warnings.forEach(warning -> output.line("warning: " + warning));
        if (!applied.isEmpty()) {
            output.line(WriteFlags.line(applied));
        }
    }
}
