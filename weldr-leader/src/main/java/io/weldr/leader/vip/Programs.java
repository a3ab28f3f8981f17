package io.weldr.leader.vip;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the programs are that this package calls. */
record Programs(String sh, String ip) {
    /** Where administrators' programs are, which the search path of a service often leaves out. */
    private static final List<String> BESIDE_PATH = List.of("/usr/sbin", "/sbin", "/usr/bin", "/bin");

    /** Looks for {@code program} along {@code searchPath}, a value of {@code PATH}; null if there is none. */
    static @Nullable String find(String program, String searchPath) {
        List<String> folders = new ArrayList<>(List.of(searchPath.split(":", -1)));
        folders.addAll(BESIDE_PATH);
        for (String folder : folders) {
            // An empty or relative entry means the working folder, which is no place to run a program as root from.
            Path file = Path.of(folder.startsWith("/") ? folder : "/nonexistent", program);
            if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                return file.toString();
            }
        }
        return null;
    }
}
