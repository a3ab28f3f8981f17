package io.weldr.it.harness;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The programs as they are shipped: the scripts of the distribution that this build has made, with its runtime and
 * caches if it has them.
 */
final class Shipped {
    private static final Path HOME =
            Path.of("../deploy/target/weldr").toAbsolutePath().normalize();

    /**
     * Set to {@code true}: nodes get the options of {@code bin/weldr} alone, for what is measured, and not those of a
     * test.
     */
    static final String MEASURED_PROPERTY = "harness.measured";

    /**
     * What a test starts lives for seconds: compile what is hot alone, collect nothing. Of two options the JVM takes
     * the later one.
     */
    private static final String OF_A_TEST =
            "-ea -XX:TieredStopAtLevel=1 -XX:CompileThresholdScaling=3 -XX:-UseG1GC -XX:+UseSerialGC -Xmx256m"
                    + " -Dio.netty.leakDetection.level=paranoid";

    private Shipped() {}

    static boolean measured() {
        return Boolean.getBoolean(MEASURED_PROPERTY);
    }

    /**
     * A node that is about to be started.
     *
     * @param enter what puts it into its network; may be empty
     * @param classes take the place of those of their names; null: none
     */
    static ProcessBuilder weldr(List<String> enter, @Nullable Path classes, List<String> arguments) {
        String options = measured() ? "" : OF_A_TEST;
        if (classes != null) {
            options += " -cp " + classes + File.pathSeparator + HOME.resolve("lib") + "/*";
        }
        List<String> command = new ArrayList<>(enter);
        command.add(HOME.resolve("bin/weldr").toString());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("WELDR_JAVA_OPTS", options);
        return builder;
    }

    /** weldrctl with these arguments, about to be started. */
    static ProcessBuilder weldrctl(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(HOME.resolve("bin/weldrctl").toString());
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }
}
