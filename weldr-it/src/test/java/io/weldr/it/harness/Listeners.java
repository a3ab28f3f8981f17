package io.weldr.it.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The TCP ports that a process listens at, read from /proc (Linux). */
final class Listeners {
    private static final String LISTEN = "0A"; // TCP_LISTEN of the kernel's tcp_states.h, in hex

    // The columns of /proc/PID/net/tcp, see proc_pid_net(5).
    private static final int LOCAL_ADDRESS = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;

    private Listeners() {}

    /** What ended meanwhile is left out: a socket, or the whole process. */
    static Set<Integer> of(Process process) {
        Path folder = Path.of("/proc", Long.toString(process.pid()));
        Set<String> own = sockets(folder.resolve("fd"));
        Set<Integer> ports = new TreeSet<>();
        for (String table : List.of("net/tcp", "net/tcp6")) { // of all processes in the network of this one
            for (String line : lines(folder.resolve(table))) {
                String[] columns = line.strip().split("\\s+", -1);
                if (columns.length > INODE
                        && columns[STATE].equals(LISTEN)
                        && own.contains("socket:[" + columns[INODE] + "]")) {
                    String address = columns[LOCAL_ADDRESS];
                    ports.add(Integer.parseInt(address.substring(address.indexOf(':') + 1), 16));
                }
            }
        }
        return ports;
    }

    private static Set<String> sockets(Path descriptors) {
        Set<String> sockets = new HashSet<>();
        try (Stream<Path> all = Files.list(descriptors)) {
            for (Path descriptor : all.toList()) {
                sockets.add(target(descriptor));
            }
        } catch (IOException e) {
            return Set.of(); // the process has ended
        }
        return sockets;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return ""; // closed since the folder was read
        }
    }

    private static List<String> lines(Path table) {
        try {
            return Files.readAllLines(table);
        } catch (IOException e) {
            return List.of(); // the process has ended, or the kernel has no IPv6
        }
    }
}
