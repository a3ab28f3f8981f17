package io.weldr.it.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnknownFieldSet;
import io.weldr.core.state.ClusterVersion;
import io.weldr.proto.raft.v1.LogProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * A weldr of the next version: it has one more kind of command, which sets the interval of the pool's probes, and
 * supports one more cluster version. It is made of the sources of this version by a few replacements. The classes that
 * differ go before all others on the class path of a node.
 */
public final class NextVersion {
    /** The version that its nodes say they run. */
    public static final String TEXT = "99.0";

    /** The field of a command that the next version adds. */
    private static final int FIELD = 900;

    private static final String CORE = "weldr-core/src/main/java/io/weldr/core/state/";
    private static final String CODEC = "weldr-codec/src/main/java/io/weldr/codec/";

    private static final String COMMAND = """
                record SetInterval(int seconds, Instant at) implements Command {
                    @Override
                    public Transition applyTo(ClusterState state, long index, Limits limits) {
                        HealthPolicy old = state.defaultPool().health();
                        HealthPolicy policy = new HealthPolicy(old.path(), old.method(), old.expected(),
                                java.time.Duration.ofSeconds(seconds), old.timeout(), old.failuresToDown(),
                                old.passesToUp(), old.initial(), old.confirm());
                        return new SetHealthPolicy(PoolName.DEFAULT, policy, null, at).applyTo(state, index, limits);
                    }

                    @Override
                    public ClusterVersion since() {
                        return new ClusterVersion(%d);
                    }

                    @Override
                    public <R> R accept(Visitor<R> visitor) {
                        return visitor.setInterval(this);
                    }
                }

            """.formatted(ClusterVersion.SUPPORTED.number() + 1);

    private static final String ENCODER = """
                    @Override
                    public LogProto.Command.Builder setInterval(Command.SetInterval command) {
                        return to.setUnknownFields(com.google.protobuf.UnknownFieldSet.newBuilder()
                                .addField(%d, com.google.protobuf.UnknownFieldSet.Field.newBuilder()
                                        .addVarint(command.seconds()).build())
                                .build());
                    }

            """.formatted(FIELD);

    private static final String DECODER = """
                    if (from.getUnknownFields().hasField(%1$d)) {
                        return new Command.SetInterval(
                                from.getUnknownFields().getField(%1$d).getVarintList().get(0).intValue(), at);
                    }
            """.formatted(FIELD);

    private static final String KNOWN = "            if (number == %d) { continue; }\n".formatted(FIELD);

    private final Path sources;
    private final Path classes;
    private final List<String> files = new ArrayList<>();

    private NextVersion(Path folder) {
        sources = folder.resolve("sources");
        classes = folder.resolve("classes");
    }

    /** Compiles it below {@code folder}, and gives the folder of its classes. */
    public static Path compile(Path folder) throws IOException {
        NextVersion next = new NextVersion(folder);
        next.before(
                CORE + "ClusterVersion.java",
                ClusterVersion.SUPPORTED.number() + ");\n\n    public ClusterVersion {",
                "1 + ");
        next.before(
                CORE + "Command.java",
                "    /** One method a kind of command:",
                COMMAND,
                "        R raiseClusterVersion(",
                "        R setInterval(SetInterval command);\n\n");
        next.before(
                CODEC + "CommandCodec.java",
                "        return switch (from.getKindCase()) {",
                DECODER,
                "        @Override\n        public LogProto.Command.Builder raiseClusterVersion(",
                ENCODER);
        next.before(
                "weldr-node/src/main/java/io/weldr/node/Version.java",
                "        return version == null",
                "        if (Boolean.TRUE) { return \"" + TEXT + "\"; }\n");
        next.before(CODEC + "UnknownParts.java", "            return name + \" has field \"", KNOWN);
        next.compile();
        return next.classes;
    }

    /** The new command, as a follower of the next version forwards it. */
    public static LogProto.Entry setInterval(int seconds) {
        UnknownFieldSet.Field value =
                UnknownFieldSet.Field.newBuilder().addVarint(seconds).build();
        return LogProto.Entry.newBuilder()
                .setRequestId("set-interval-" + UUID.randomUUID())
                .setCommand(LogProto.Command.newBuilder()
                        .setUnknownFields(UnknownFieldSet.newBuilder()
                                .addField(FIELD, value)
                                .build()))
                .build();
    }

    /** Puts text before other text, pair by pair, in a copy of that file. */
    private void before(String file, String... whereWhat) throws IOException {
        String text = Files.readString(Path.of("..").resolve(file));
        for (int i = 0; i < whereWhat.length; i += 2) {
            assertThat(text).as(file).containsOnlyOnce(whereWhat[i]);
            text = text.replace(whereWhat[i], whereWhat[i + 1] + whereWhat[i]);
        }
        Path to = sources.resolve(file.substring(file.indexOf("io/weldr")));
        Files.createDirectories(to.getParent());
        Files.writeString(to, text);
        files.add(to.toString());
    }

    private void compile() throws IOException {
        Files.createDirectories(classes);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertThat(compiler).as("the compiler of a JDK").isNotNull();
        List<String> arguments = new ArrayList<>(List.of("-proc:none", "--release", "17"));
        arguments.addAll(List.of("-cp", System.getProperty("java.class.path"), "-d", classes.toString()));
        arguments.addAll(files);
        assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new)))
                .as("the next version compiles")
                .isZero();
    }
}
