package io.weldr.it.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A folder that processes have for their root, as those in a container do. Mounts are made in a namespace of each
 * process and end with it: nothing is left behind. Needs root.
 */
final class OtherRoot {
    private final Path root;
    private final List<String> mounts = new ArrayList<>();

    OtherRoot(Path root) {
        this.root = root;
        // weldr asks for the file system that its data is on, so the root has to be a mount.
        mounts.add("mount --bind \"$root\" \"$root\"");
        mounts.add("mount -t proc proc \"$root/proc\"");
    }

    /** Why there can be none here; empty if there can. */
    static String unavailable() throws Exception {
        var tried = Script.run(List.of("unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"), Map.of());
        return tried.exit() == 0
                ? ""
                : "cannot mount file systems here (expected: root, and unshare of util-linux): "
                        + tried.err().strip();
    }

    /** A folder of this machine appears there too. */
    OtherRoot with(Path folder, String at) {
        mounts.add("mount --rbind '" + folder + "' \"$root" + at + "\"");
        return this;
    }

    /** Nothing can be written any more, but for what {@link #with} has brought. */
    OtherRoot readOnly() {
        mounts.add(1, "mount -o remount,bind,ro \"$root\"");
        return this;
    }

    /** A command line that runs {@code command} there: it becomes the process that is started. */
    List<String> enter(List<String> command) {
        return enter("exec unshare --root \"$root\" \"$@\"", command);
    }

    /**
     * The same as a user with that number, in that folder, with these variables alone.
     *
     * @param environment as {@code NAME=VALUE}
     */
    List<String> enter(String folder, String user, String group, List<String> environment, List<String> command) {
        String variables = environment.stream().map(each -> "'" + each + "' ").collect(Collectors.joining());
        return enter(
                "exec env -i " + variables + "\"$(command -v unshare)\" --root \"$root\" --wd '" + folder
                        + "' --setgid " + group + " --setuid " + user + " \"$@\"",
                command);
    }

    private List<String> enter(String last, List<String> command) {
        String script = "root=$1; shift; " + String.join(" && ", mounts) + " && " + last;
        List<String> all = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", script, "sh", root.toString()));
        all.addAll(command);
        return all;
    }

    /** Every file and folder there, by its path. */
    List<String> listing() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.map(file -> "/" + root.relativize(file)).sorted().toList();
        }
    }
}
