package io.weldr.leader.vip;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import io.weldr.core.Check;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The packet socket of Linux, packet(7), which Java has no class for. The few calls of the C library that it takes are
 * made through JNA. One socket for each announcement: they are rare. The native library of JNA is loaded by the first
 * call, so a node without virtual IPs never loads it.
 */
final class PacketSocket implements Packets {
    private static final int AF_PACKET = 17;

    /** The kernel adds the header of the link layer. */
    private static final int SOCK_DGRAM = 2;

    /** The programs that this process starts do not inherit the socket. */
    private static final int SOCK_CLOEXEC = 0x80000;

    private static final int MSG_DONTWAIT = 0x40;

    /**
     * {@code struct sockaddr_ll}: family, protocol, interface, hardware type, packet type, length of the address, 8
     * bytes of address.
     */
    private static final int ADDRESS_BYTES = 20;

    private static final int HARDWARE_TYPE_AT = 8;
    private static final int HARDWARE_ADDRESS_LENGTH_AT = 11;
    private static final int HARDWARE_ADDRESS_AT = 12;
    private static final int ARPHRD_ETHER = 1;

    /** As the C library declares them. Each returns a negative number if it fails, {@code if_nametoindex} 0. */
    interface CLibrary extends Library {
        int socket(int domain, int type, int protocol);

        int if_nametoindex(String name);

        int bind(int socket, byte[] address, int addressBytes);

        int getsockname(int socket, byte[] address, int[] addressBytes);

        NativeLong sendto(int socket, byte[] data, NativeLong bytes, int flags, byte[] address, int addressBytes);

        int close(int socket);

        String strerror(int number);
    }

    /** Loaded when it is first asked for. */
    private static final class C {
        static final CLibrary LIBRARY = load();

        private static CLibrary load() {
            // JNA unpacks its library into the home folder by default. Netty uses the folder for temporary files, which
            // services have.
            if (System.getProperty("jna.tmpdir") == null) {
                System.setProperty("jna.tmpdir", System.getProperty("java.io.tmpdir", "/tmp"));
            }
            return Native.load(CLibrary.class); // what the process has loaded already
        }

        private C() {}
    }

    @Override
    public @Nullable String obstacle() {
        try {
            C.LIBRARY.close(open());
            return null;
        } catch (IOException e) {
            return "this process may not send raw packets: " + e.getMessage()
                    + " (expected: root, or the capability CAP_NET_RAW)";
        } catch (LinkageError e) {
            return "the native library of JNA, which sends raw packets, does not load: " + e.getMessage()
                    + " (expected: a temporary folder that is writable and not mounted noexec; choose one with WELDR_JAVA_OPTS=-Djava.io.tmpdir=FOLDER)";
        }
    }

    @Override
    public boolean announce(VirtualIp address) throws IOException {
        int socket = open();
        try {
            byte[] source = bind(socket, address.interfaceName());
            int type = Short.toUnsignedInt(
                    ByteBuffer.wrap(source).order(ByteOrder.nativeOrder()).getShort(HARDWARE_TYPE_AT));
            if (type != ARPHRD_ETHER || source[HARDWARE_ADDRESS_LENGTH_AT] != Announcement.HARDWARE_ADDRESS_BYTES) {
                return false;
            }
            byte[] hardwareAddress = Arrays.copyOfRange(
                    source, HARDWARE_ADDRESS_AT, HARDWARE_ADDRESS_AT + Announcement.HARDWARE_ADDRESS_BYTES);
            send(socket, address.interfaceName(), Announcement.of(address, hardwareAddress));
            return true;
        } finally {
            C.LIBRARY.close(socket);
        }
    }

    private static int open() throws IOException {
        int socket = C.LIBRARY.socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0); // protocol 0: receives nothing
        if (socket < 0) {
            throw failure("packet socket");
        }
        return socket;
    }

    /**
     * Binds to the interface, and returns the {@code sockaddr_ll} that the kernel has for it, with its hardware
     * address.
     */
    private static byte[] bind(int socket, String interfaceName) throws IOException {
        byte[] address = address(index(interfaceName), 0, new byte[0]);
        if (C.LIBRARY.bind(socket, address, address.length) < 0) {
            throw failure("bind to " + interfaceName);
        }
        if (C.LIBRARY.getsockname(socket, address, new int[] {address.length}) < 0) {
            throw failure("hardware address of " + interfaceName);
        }
        return address;
    }

    private static void send(int socket, String interfaceName, Announcement announcement) throws IOException {
        byte[] packet = announcement.packet();
        byte[] to = address(index(interfaceName), announcement.etherType(), announcement.destination());
        NativeLong sent = C.LIBRARY.sendto(socket, packet, new NativeLong(packet.length), MSG_DONTWAIT, to, to.length);
        if (sent.longValue() < 0) {
            throw failure("send on " + interfaceName);
        }
    }

    /** The number of an interface of this machine, by any of its names; 0: there is none. */
    static int indexOrZero(String interfaceName) {
        return C.LIBRARY.if_nametoindex(interfaceName);
    }

    private static int index(String interfaceName) throws IOException {
        int index = C.LIBRARY.if_nametoindex(interfaceName);
        if (index == 0) {
            throw failure("interface " + Check.quote(interfaceName));
        }
        return index;
    }

    private static byte[] address(int interfaceIndex, int etherType, byte[] hardwareAddress) {
        return ByteBuffer.allocate(ADDRESS_BYTES)
                .order(ByteOrder.nativeOrder())
                .putShort((short) AF_PACKET)
                .put((byte) (etherType >>> 8)) // in the order of the network
                .put((byte) etherType)
                .putInt(interfaceIndex)
                .putShort((short) 0)
                .put((byte) 0)
                .put((byte) hardwareAddress.length)
                .put(hardwareAddress)
                .array();
    }

    private static IOException failure(String what) {
        int number = Native.getLastError();
        return new IOException(what + ": " + C.LIBRARY.strerror(number));
    }
}
