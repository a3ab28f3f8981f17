package io.weldr.it.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The TCP sockets of a process, read from /proc (Linux). */
final class Sockets {
    // Of the kernel's tcp_states.h, in hex.
    private static final String ESTABLISHED = "01";
    private static final String LISTEN = "0A";

    // The columns of /proc/PID/net/tcp, see proc_pid_net(5).
    private static final int LOCAL_ADDRESS = 1;
    private static final int REMOTE_ADDRESS = 2;
    private static final int STATE = 3;
    private static final int INODE = 9;

    private Sockets() {}

    /** The ports that it listens at. What ended meanwhile is left out: a socket, or the whole process. */
    static Set<Integer> listening(Process process) {
        return new TreeSet<>(ports(process, LISTEN, LOCAL_ADDRESS));
    }

    /** How many connections it has to that port, of whatever host. */
    static int connectedTo(Process process, int port) {
        return Collections.frequency(ports(process, ESTABLISHED, REMOTE_ADDRESS), port);
    }

    private static List<Integer> ports(Process process, String state, int column) {
        Path folder = Path.of("/proc", Long.toString(process.pid()));
        Set<String> own = sockets(folder.resolve("fd"));
        List<Integer> ports = new ArrayList<>();
        for (String table : List.of("net/tcp", "net/tcp6")) { // of all processes in the network of this one
            for (String line : lines(folder.resolve(table))) {
                String[] columns = line.strip().split("\\s+", -1);
                if (columns.length > INODE
                        && columns[STATE].equals(state)
                        && own.contains("socket:[" + columns[INODE] + "]")) {
                    String address = columns[column];
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
