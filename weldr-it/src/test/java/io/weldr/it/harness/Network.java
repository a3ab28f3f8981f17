package io.weldr.it.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A switch with hosts on it, all made of network namespaces with names of their own: hosts 1 to n for nodes, one more
 * for a node that comes later, and one for the client, where the test itself runs (see {@link InsideNetwork}). No
 * packet leaves it. Needs root and {@code ip}, and nothing else. Thread safe.
 *
 * <p>Cuts are silent, as those of a broken cable or a packet filter are: nobody is told, packets just do not arrive.
 */
public final class Network implements AutoCloseable {
    private static final String PREFIX = "weldrit";
    private static final String NET = "10.99.0.";
    private static final int CLIENT = 100;

    /** Where a packet goes that is to be lost: nobody has this hardware address. */
    private static final String NOWHERE = "02:de:ad:00:00:01";

    private static @Nullable Network current;

    private final String prefix;
    private final int nodes;

    private Network(String prefix, int nodes) {
        this.prefix = prefix;
        this.nodes = nodes;
    }

    /** Why there can be none here; empty if there can. */
    static String unavailable() {
        String name = PREFIX + ProcessHandle.current().pid() + "try";
        try {
            Run.program("ip", "netns", "add", name);
            Run.program("ip", "netns", "delete", name);
            return "";
        } catch (RuntimeException e) {
            return "cannot make network namespaces here (expected: root, and ip of iproute2): " + e.getMessage();
        }
    }

    /** Makes one. */
    static Network make(int nodes) {
        removeLeftovers();
        Network network = new Network(
                PREFIX + ProcessHandle.current().pid() + "x"
                        + ThreadLocalRandom.current().nextInt(100_000),
                nodes);
        try {
            network.build();
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
        return network;
    }

    /** The one that this process was started in by {@link InsideNetwork}. */
    static Network enter(String prefix, int nodes) {
        current = new Network(prefix, nodes);
        return current;
    }

    /** The one that the test runs in. */
    public static Network here() {
        if (current == null) {
            throw new IllegalStateException(
                    "not in a network (expected: a class with @ExtendWith(InsideNetwork.class))");
        }
        return current;
    }

    /** Those of a test that was killed before it could clean up. */
    private static void removeLeftovers() {
        for (String line : Run.program("ip", "netns", "list").lines().toList()) {
            String name = line.split(" ", -1)[0];
            if (name.matches(PREFIX + "\\d+x.*")) {
                long pid = Long.parseLong(name.substring(PREFIX.length(), name.indexOf('x', PREFIX.length())));
                if (ProcessHandle.of(pid).isEmpty()) {
                    remove(name);
                }
            }
        }
    }

    private void build() {
        Run.program("ip", "netns", "add", theSwitch());
        ip(theSwitch(), "link", "add", "bridge0", "type", "bridge");
        ip(theSwitch(), "link", "set", "bridge0", "up");
        for (int host : hostNumbers()) {
            String port = port(host);
            String name = namespace(host);
            Run.program("ip", "netns", "add", name);
            ip(name, "link", "add", "eth0", "type", "veth", "peer", "name", port, "netns", theSwitch());
            ip(theSwitch(), "link", "set", "dev", port, "master", "bridge0", "up");
            ip(name, "link", "set", "lo", "up");
            ip(name, "address", "add", address(host) + "/24", "dev", "eth0");
            ip(name, "link", "set", "eth0", "up");
        }
    }

    private List<Integer> hostNumbers() {
        List<Integer> all = IntStream.rangeClosed(1, spare()).boxed().collect(Collectors.toList());
        all.add(CLIENT);
        return all;
    }

    String prefix() {
        return prefix;
    }

    int nodes() {
        return nodes;
    }

    private String theSwitch() {
        return prefix + "switch";
    }

    private static String port(int host) {
        return "port" + host;
    }

    private static String address(int host) {
        return NET + host;
    }

    private String namespace(int host) {
        return prefix + "h" + host;
    }

    /** Host {@code number} for a node, from 1. */
    public Host host(int number) {
        return new Host(address(number), enter(number), true);
    }

    /** The number of the host for a node that comes later. */
    public int spare() {
        return nodes + 1;
    }

    /** All hosts for nodes but the spare one. */
    public List<Host> hosts() {
        return IntStream.rangeClosed(1, nodes).mapToObj(this::host).toList();
    }

    /**
     * Has the kernel tell the client's host of what happens on the hosts for nodes, by their numbers ({@code ip monitor
     * all-nsid}).
     */
    public void numberHosts() {
        for (int number = 1; number <= nodes; number++) {
            ip(namespace(CLIENT), "netns", "set", namespace(number), Integer.toString(number));
        }
    }

    List<String> enterClient() {
        return enter(CLIENT);
    }

    private List<String> enter(int number) {
        return List.of("ip", "netns", "exec", namespace(number));
    }

    /** A folder for what nodes write, below {@code target}: there it can be read after a failure, and goes with it. */
    public static Path newFolder(String name) throws IOException {
        Path parent = Files.createDirectories(Path.of("target", "networks").toAbsolutePath());
        return Files.createTempDirectory(parent, name);
    }

    /** What the client's host is reached by. */
    public String clientAddress() {
        return address(CLIENT);
    }

    /** An address of this network that no host has: for a virtual IP. */
    public String freeAddress() {
        return address(200);
    }

    /** Runs {@code ip} on host {@code number} and returns its output. */
    public String ip(int number, String... arguments) {
        return ip(namespace(number), arguments);
    }

    private static String ip(String namespace, String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip", "-n", namespace));
        command.addAll(List.of(arguments));
        return Run.program(command);
    }

    /** Takes host {@code number} off the switch: nothing gets in or out, and it sees its link still up. */
    public void isolate(int number) {
        ip(theSwitch(), "link", "set", "dev", port(number), "nomaster");
    }

    /** Undoes {@link #isolate}. */
    public void rejoin(int number) {
        ip(theSwitch(), "link", "set", "dev", port(number), "master", "bridge0");
    }

    /** Loses whatever {@code from} sends to {@code to}; what {@code to} sends arrives. */
    public void cut(int from, int to) {
        ip(from, "neighbour", "replace", address(to), "lladdr", NOWHERE, "dev", "eth0", "nud", "permanent");
    }

    /** Undoes {@link #cut}. */
    public void mend(int from, int to) {
        ip(from, "neighbour", "delete", address(to), "dev", "eth0");
    }

    /** Ends every process in it, and takes it away. */
    @Override
    public void close() {
        for (int host : hostNumbers()) {
            remove(namespace(host));
        }
        remove(theSwitch());
    }

    private static void remove(String namespace) {
        try {
            for (String pid :
                    Run.program("ip", "netns", "pids", namespace).lines().toList()) {
                ProcessHandle.of(Long.parseLong(pid.strip())).ifPresent(ProcessHandle::destroyForcibly);
            }
            Run.program("ip", "netns", "delete", namespace);
        } catch (IllegalStateException e) {
            if (Run.program("ip", "netns", "list").contains(namespace)) {
                throw e;
            }
        }
    }
}
