package io.weldr.cli;

import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import io.weldr.proto.admin.v1.GetResourceRequest;
import io.weldr.wire.json.FieldException;
import io.weldr.wire.json.MergePatch;
import io.weldr.wire.json.ResourceJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weldrctl pools|listeners|routes|certs add|set}. */
final class ResourceWrites {
    private ResourceWrites() {}

    /** {@code pools add NAME ...}. */
    @Command
    static final class Add extends Shared implements Described {
        private final Kind kind;

        @Parameters(paramLabel = "NAME", arity = "0..1", description = "The name. Default: the name in the file")
        private String name = "";

        @Option(
                names = {"-f", "--file"},
                paramLabel = "FILE",
                description = "JSON or YAML, as get prints it; - is standard input. Options have precedence")
        private @Nullable String file;

        @Option(names = "--new", description = "Refuse if it exists, even the same one")
        private boolean mustBeNew;

        @Mixin
        private ResourceOptions resource;

        @Mixin
        private WriteFlags flags = new WriteFlags();

        Add(Kind kind, ResourceOptions resource) {
            this.kind = kind;
            this.resource = resource;
        }

        @Override
        public String description() {
            return "Creates a " + kind.singular() + ".";
        }

        @Override
        void run(Session session, Output output) {
            Draft draft = new Draft();
            resource.into(draft);
            Map<String, Object> members = MergePatch.apply(file == null ? Map.of() : read(file), draft.tree());
            Message.Builder request = kind.createRequest().newBuilderForType();
            Kind.set(request, kind.singular(), message(kind, members, name));
            Kind.set(request, "must_be_new", mustBeNew);
            Kind.set(request, "options", flags.options());
            Message wish = request.build();
            ResourceCommand.print(
                    kind, output, session.write(stub -> kind.create().apply(stub, wish), flags.waits()));
        }
    }

    /** {@code pools set NAME ...}. */
    @Command
    static final class Set extends Shared implements Described {
        private final Kind kind;

        @Parameters(paramLabel = "NAME", arity = "0..1", description = "The name. Default: the name in the file")
        private String name = "";

        @Option(
                names = {"-f", "--file"},
                paramLabel = "FILE",
                description = "The whole resource as JSON or YAML; - is standard input")
        private @Nullable String file;

        @Option(
                names = "--unset",
                split = ",",
                paramLabel = "FIELD",
                description = "Reset a field to its default, by its JSON name, such as limits.queueMax")
        private List<String> unset = List.of();

        @Option(names = "--if-revision", paramLabel = "N", description = "Refuse unless this revision changed it last")
        private @Nullable Long revision;

        @Mixin
        private ResourceOptions resource;

        @Mixin
        private WriteFlags flags = new WriteFlags();

        Set(Kind kind, ResourceOptions resource) {
            this.kind = kind;
            this.resource = resource;
        }

        @Override
        public String description() {
            return "Changes a " + kind.singular() + ". Other settings do not change.";
        }

        @Override
        void run(Session session, Output output) {
            Draft draft = new Draft();
            resource.into(draft);
            unset.forEach(draft::unset);
            if (file == null && draft.isEmpty()) {
                throw UsageError.of(spec, "nothing to change (expected: at least one setting)");
            }
            if (file != null && !draft.isEmpty()) {
                throw UsageError.of(spec, "--file with other fields (expected: one of them)");
            }
            Message.Builder request = kind.updateRequest().newBuilderForType();
            Map<String, Object> members = file == null ? draft.tree() : read(file);
            Message given = message(kind, members, name);
            if (file == null && !unset.contains(RouteOptions.MATCHES) && resource.replaces(draft)) {
                resource.checkLosses(before(session, Kind.get(given, "name").toString()));
            }
            Kind.set(request, kind.singular(), given);
            FieldMask mask = draft.mask();
            if (mask.getPathsCount() > 0) {
                Kind.set(request, "update_mask", mask);
            }
            Kind.set(request, "options", ResourceCommand.options(flags, revision));
            Message wish = request.build();
            ResourceCommand.print(
                    kind, output, session.write(stub -> kind.update().apply(stub, wish), flags.waits()));
        }

        private Map<String, Object> before(Session session, String named) {
            GetResourceRequest request =
                    GetResourceRequest.newBuilder().setName(named).build();
            Message entry = (Message) Kind.get(session.read(stub -> kind.get().apply(stub, request)), "entry");
            return ResourceJson.tree(kind.resource(entry));
        }
    }

    private static Map<String, Object> read(String file) {
        try {
            return ResourceJson.withoutAnswered(ResourceFile.read(file));
        } catch (FieldException e) {
            throw new CliException(ExitCode.USAGE, "--file " + Output.printable(file) + ": " + e.getMessage());
        }
    }

    private static Message message(Kind kind, Map<String, Object> members, String name) {
        Map<String, Object> named = new LinkedHashMap<>(members);
        Object said = named.get("name");
        if (!name.isEmpty()) {
            if (said != null && !said.equals(name)) {
                throw new CliException(
                        ExitCode.USAGE,
                        "the file has the name \"" + Output.printable(said.toString()) + "\" (expected: " + name + ")");
            }
            named.put("name", name);
        } else if (said == null) {
            throw new CliException(ExitCode.USAGE, "NAME is missing");
        }
        try {
            return ResourceJson.read(named, kind.prototype().newBuilderForType())
                    .build();
        } catch (FieldException e) {
            throw new CliException(ExitCode.USAGE, Output.printable(String.valueOf(e.getMessage())));
        }
    }
}
