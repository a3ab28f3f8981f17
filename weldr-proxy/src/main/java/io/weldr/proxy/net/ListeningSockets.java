package io.weldr.proxy.net;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The sockets of all processes that listen, as Linux shows them in {@code /proc/net/tcp} (proc(5)). With SO_REUSEPORT a
 * second process of the same user could share a port unnoticed.
 */
final class ListeningSockets {

    private static final List<Path> TABLES = List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));

    /** The state of a socket that listens. The kernel lists these before all others. */
    private static final String LISTEN = "0A";

    private static final int HEX = 16;
    private static final int BYTES_OF_A_WORD = 4;

    private ListeningSockets() {}

    /** Where sockets listen on that port; none where the kernel does not tell. An address for each socket. */
    static List<InetAddress> on(int port) {
        List<InetAddress> found = new ArrayList<>();
        for (Path table : TABLES) {
            try (BufferedReader lines = Files.newBufferedReader(table, StandardCharsets.US_ASCII)) {
                lines.readLine(); // the names of the columns
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    String[] columns = line.strip().split(" +", 5);
                    if (columns.length < 5 || !columns[3].equals(LISTEN)) {
                        break;
                    }
                    int colon = columns[1].indexOf(':');
                    if (Integer.parseInt(columns[1].substring(colon + 1), HEX) == port) {
                        found.add(address(columns[1].substring(0, colon)));
                    }
                }
            } catch (IOException e) {
                // There is no such table: no IPv6, or another system.
            }
        }
        return found;
    }

    /** Words of four bytes, each as a number in the order of this machine. */
    static InetAddress address(String hex) throws UnknownHostException {
        ByteBuffer bytes = ByteBuffer.allocate(hex.length() / 2).order(ByteOrder.nativeOrder());
        for (int i = 0; i < hex.length(); i += 2 * BYTES_OF_A_WORD) {
            bytes.putInt(Integer.parseUnsignedInt(hex, i, i + 2 * BYTES_OF_A_WORD, HEX));
        }
        return InetAddress.getByAddress(bytes.array());
    }

    /** Whether a socket at one of the addresses would take connections to the other, on the same port. */
    static boolean overlap(InetAddress one, InetAddress other) {
        return one.isAnyLocalAddress() || other.isAnyLocalAddress() || one.equals(other);
    }

    /** Whether both are one address to a socket. A wildcard is one, whether it is written as IPv4 or IPv6. */
    static boolean same(InetSocketAddress one, InetSocketAddress other) {
        return one.getPort() == other.getPort()
                && (one.getAddress().isAnyLocalAddress()
                        ? other.getAddress().isAnyLocalAddress()
                        : one.getAddress().equals(other.getAddress()));
    }
}
