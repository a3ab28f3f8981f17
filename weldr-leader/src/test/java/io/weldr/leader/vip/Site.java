package io.weldr.leader.vip;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A bridge with three hosts on it: {@code a} and {@code b}, which may hold addresses, and {@code c}, a client. Each is
 * a network namespace with a name of its own; all are gone after {@link #close()}. Nothing outside them is touched.
 */
final class Site implements AutoCloseable {
    private final String prefix = "weldrvip" + ProcessHandle.current().pid() + "x"
            + ThreadLocalRandom.current().nextInt(1_000_000);
    private final List<String> namespaces = new ArrayList<>();
    private final Deque<Process> processes = new ArrayDeque<>();

    /** Why there can be none here; empty if there can. */
    static String unavailable() {
        String name = "weldrvip" + ProcessHandle.current().pid() + "try";
        try {
            ip("netns", "add", name);
            ip("netns", "delete", name);
            return "";
        } catch (IllegalStateException | UncheckedIOException e) {
            return "cannot make network namespaces here (root and iproute2 are needed): " + e.getMessage();
        }
    }

    Site() {
        try {
            add("s");
            in("s", "link", "add", "bridge", "type", "bridge");
            in("s", "link", "set", "bridge", "up");
            int host = 1;
            for (String name : List.of("a", "b", "c")) {
                add(name);
                in(
                        name,
                        "link",
                        "add",
                        "eth0",
                        "type",
                        "veth",
                        "peer",
                        "name",
                        "port-" + name,
                        "netns",
                        namespace("s"));
                in("s", "link", "set", "dev", "port-" + name, "master", "bridge", "up");
                in(name, "link", "set", "lo", "up");
                in(name, "address", "add", "10.99.0." + host + "/24", "dev", "eth0");
                in(name, "address", "add", "fd99::" + host + "/64", "dev", "eth0", "nodad");
                in(name, "link", "set", "eth0", "up");
                host++;
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void add(String name) {
        ip("netns", "add", namespace(name));
        namespaces.add(namespace(name));
    }

    String namespace(String name) {
        return prefix + name;
    }

    /** Runs {@code ip} on a host. */
    String in(String name, String... arguments) {
        List<String> command = new ArrayList<>(List.of("-n", namespace(name)));
        command.addAll(List.of(arguments));
        return ip(command.toArray(String[]::new));
    }

    /** Whether the address is on the host. */
    boolean has(String name, String address) {
        return !in(name, "-oneline", "address", "show", "to", address).isEmpty();
    }

    String hardwareAddress(String name) {
        return in(name, "-oneline", "link", "show", "eth0").replaceAll("(?s).*link/ether (\\S+) .*", "$1");
    }

    /** What the client believes of an address, as {@code ip neigh} shows it. */
    String neighbour(String address) {
        return in("c", "neighbour", "show", address);
    }

    /** Sends a datagram from the client, so that it has to find out where {@code address} is. */
    void send(String address) {
        run(List.of("ip", "netns", "exec", namespace("c"), "bash", "-c", "echo > /dev/udp/" + address + "/9"));
    }

    /** Starts a {@link HolderMain} on a host. */
    Holder holder(String name, String quorumLoss, String rivals, String addresses) throws IOException {
        return holder(name, quorumLoss, rivals, addresses, 2);
    }

    /** @param lifetimeSeconds of the addresses */
    Holder holder(String name, String quorumLoss, String rivals, String addresses, int lifetimeSeconds)
            throws IOException {
        Process process = new ProcessBuilder(
                        "ip",
                        "netns",
                        "exec",
                        namespace(name),
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-ea",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HolderMain.class.getName(),
                        quorumLoss,
                        rivals,
                        addresses,
                        Integer.toString(lifetimeSeconds))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        return new Holder(process);
    }

    /** Another process. */
    static final class Holder implements Closeable {
        final Process process;
        private final BufferedReader output;

        Holder(Process process) {
            this.process = process;
            this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        }

        /** The next line that it prints and that is no log line. */
        String says() throws IOException {
            String line = output.readLine();
            while (line != null && !line.equals("ready") && !line.startsWith("refused")) {
                line = output.readLine();
            }
            return String.valueOf(line);
        }

        Holder ready() throws IOException {
            String line = says();
            if (!line.equals("ready")) {
                throw new IllegalStateException(line);
            }
            return this;
        }

        void tell(String command) throws IOException {
            process.getOutputStream().write((command + "\n").getBytes(UTF_8));
            process.getOutputStream().flush();
        }

        void signal(String name) {
            run(List.of("kill", "-" + name, Long.toString(process.pid())));
        }

        @Override
        public void close() throws IOException {
            process.getOutputStream().close();
        }
    }

    @Override
    public void close() {
        for (Process process : processes) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        for (String namespace : namespaces) {
            ip("netns", "delete", namespace);
        }
        namespaces.clear();
    }

    private static String ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        return run(command);
    }

    private static String run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            if (!process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
