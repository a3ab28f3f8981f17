package io.weldr.leader.vip;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code /sys/class/net}, which the kernel's {@code Documentation/ABI/testing/sysfs-class-net} describes. Three
 * small reads for each look. Any thread.
 */
final class SysfsLinks implements Links {
    static final Path SYSFS = Path.of("/sys/class/net");

    /** RFC 2863 has the words. "unknown" is what a driver says that does not tell, as that of a tunnel. */
    private static final Set<String> PASSES_PACKETS = Set.of("up", "unknown");

    private final Path interfaces;
    private final ToIntFunction<String> indexes;

    /**
     * @param interfaces {@link #SYSFS}, but for tests
     * @param indexes the number of an interface, by any of its names; 0: there is none
     */
    SysfsLinks(Path interfaces, ToIntFunction<String> indexes) {
        this.interfaces = interfaces;
        this.indexes = indexes;
    }

    @Override
    public @Nullable String fault(VirtualIp address, boolean held) {
        String name = address.interfaceName();
        if (!Files.isDirectory(interfaces)) {
            return null; // a container without /sys: nobody can tell
        }
        Path found = find(name);
        if (found == null) {
            return "interface " + name + " does not exist";
        }
        String state = read(found.resolve("operstate"));
        if (state != null && !PASSES_PACKETS.contains(state)) {
            String carrier = read(found.resolve("carrier")); // cannot be read while the interface is set down
            return carrier == null
                    ? "interface " + name + " is set down"
                    : carrier.equals("0")
                            ? "interface " + name + " has no carrier"
                            : "interface " + name + " is " + state;
        }
        return held && !present(address)
                ? "the kernel does not have " + address.address() + ", which this node holds"
                : null;
    }

    /**
     * Null if there is none. An interface has one folder, and may have other names beside it ("altname"), which
     * {@code ip} takes too.
     */
    private @Nullable Path find(String name) {
        Path named = interfaces.resolve(name);
        if (Files.isDirectory(named)) {
            return named;
        }
        int index = indexes.applyAsInt(name);
        if (index == 0) {
            return null;
        }
        try (Stream<Path> all = Files.list(interfaces)) {
            return all.filter(each -> Integer.toString(index).equals(read(each.resolve("ifindex"))))
                    .findFirst()
                    .orElse(null);
        } catch (IOException | UncheckedIOException e) {
            return null;
        }
    }

    /** Null if it cannot be read. */
    private static @Nullable String read(Path file) {
        try {
            return Files.readString(file, US_ASCII).strip();
        } catch (IOException e) {
            return null;
        }
    }

    /** Whether any interface of this machine has it. True if that cannot be found out. */
    private static boolean present(VirtualIp address) {
        if (address.isIpv6() && Boolean.getBoolean("java.net.preferIPv4Stack")) {
            return true; // then Java shows no IPv6 address
        }
        try {
            return NetworkInterface.getByInetAddress(InetAddress.getByName(address.address())) != null;
        } catch (IOException e) {
            return true;
        }
    }
}
