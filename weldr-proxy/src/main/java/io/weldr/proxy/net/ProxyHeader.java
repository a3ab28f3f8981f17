package io.weldr.proxy.net;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a header of the PROXY protocol, version 1 or 2, where a connection begins (haproxy.org, proxy-protocol.txt).
 * What it reads stays in the buffer; nothing is allocated but the addresses. An object holds what it has read last.
 * Confined to one event loop.
 */
public final class ProxyHeader {

    /** What a scan has found. */
    public enum Scan {
        /** More bytes are needed. */
        INCOMPLETE,
        /** There is no header. */
        INVALID,
        COMPLETE
    }

    /** Of version 1, with the end of the line; the specification allows for no more. */
    static final int LINE_BYTES_MAX = 107;

    /** Of version 2: what precedes the addresses. */
    static final int FIXED_BYTES = 16;

    /** Of version 2, addresses included: those of UNIX sockets have 216, and what else is told has 2 KiB. */
    static final int REST_BYTES_MAX = 216 + 2048;

    static final int ADDRESSES_4 = 12;
    static final int ADDRESSES_6 = 36;

    private static final byte[] SIGNATURE = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};
    private static final byte[] PROXY = {'P', 'R', 'O', 'X', 'Y', ' '};
    private static final byte[] UNKNOWN = {'U', 'N', 'K', 'N', 'O', 'W', 'N'};

    private static final int VERSION_2 = 2;
    private static final int LOCAL = 0;
    private static final int COMMAND_PROXY = 1;
    private static final int FAMILY_UNIX = 3;
    private static final int TRANSPORT_DGRAM = 2;
    private static final int TCP_4 = 0x11;
    private static final int TCP_6 = 0x21;

    private final AddressText text = new AddressText();
    private int length;
    private @Nullable InetSocketAddress source;
    private @Nullable InetSocketAddress destination;

    /** Reads from the first readable byte on. */
    public Scan scan(ByteBuf in) {
        length = 0;
        source = null;
        destination = null;
        if (!in.isReadable()) {
            return Scan.INCOMPLETE;
        }
        return in.getByte(in.readerIndex()) == PROXY[0] ? scanLine(in) : scanBinary(in);
    }

    /** Bytes of the header. Only if it was complete. */
    public int length() {
        return length;
    }

    /** Where the connection comes from; null: from where the socket says. */
    public @Nullable InetSocketAddress source() {
        return source;
    }

    /** Where the client has connected to; null: to where the socket says. */
    public @Nullable InetSocketAddress destination() {
        return destination;
    }

    private static boolean begins(ByteBuf in, byte[] with) {
        int available = Math.min(in.readableBytes(), with.length);
        for (int i = 0; i < available; i++) {
            if (in.getByte(in.readerIndex() + i) != with[i]) {
                return false;
            }
        }
        return true;
    }

    // ---- version 2

    private Scan scanBinary(ByteBuf in) {
        if (!begins(in, SIGNATURE)) {
            return Scan.INVALID;
        }
        int start = in.readerIndex();
        int available = in.readableBytes();
        if (available > SIGNATURE.length && in.getByte(start + SIGNATURE.length) >> 4 != VERSION_2) {
            return Scan.INVALID;
        }
        if (available < FIXED_BYTES) {
            return Scan.INCOMPLETE;
        }
        int command = in.getByte(start + 12) & 15;
        int kind = in.getByte(start + 13) & 0xff;
        int rest = in.getUnsignedShort(start + 14);
        int needed = kind == TCP_4 ? ADDRESSES_4 : kind == TCP_6 ? ADDRESSES_6 : 0;
        if (command > COMMAND_PROXY
                || rest > REST_BYTES_MAX
                || (command == COMMAND_PROXY
                        && (kind >> 4 > FAMILY_UNIX || (kind & 15) > TRANSPORT_DGRAM || rest < needed))) {
            return Scan.INVALID;
        }
        if (available < FIXED_BYTES + rest) {
            return Scan.INCOMPLETE;
        }
        length = FIXED_BYTES + rest;
        // Of what is not TCP, and of a connection that the proxy has made for itself, the sockets' addresses hold.
        if (command != LOCAL && needed > 0) {
            int size = kind == TCP_4 ? 4 : 16;
            int at = start + FIXED_BYTES;
            source = address(in, at, size, in.getUnsignedShort(at + 2 * size));
            destination = address(in, at + size, size, in.getUnsignedShort(at + 2 * size + 2));
        }
        return Scan.COMPLETE;
    }

    private static InetSocketAddress address(ByteBuf in, int at, int size, int port) {
        byte[] bytes = new byte[size];
        in.getBytes(at, bytes);
        return address(bytes, port);
    }

    private static InetSocketAddress address(byte[] bytes, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // 4 or 16 bytes, always
        }
    }

    // ---- version 1

    private Scan scanLine(ByteBuf in) {
        if (!begins(in, PROXY)) {
            return Scan.INVALID;
        }
        int start = in.readerIndex();
        int available = Math.min(in.readableBytes(), LINE_BYTES_MAX);
        int end = in.indexOf(start, start + available, (byte) '\n');
        if (end < 0) {
            return available < LINE_BYTES_MAX ? Scan.INCOMPLETE : Scan.INVALID;
        }
        int at = start + PROXY.length;
        if (in.getByte(end - 1) != '\r') {
            return Scan.INVALID;
        }
        length = end + 1 - start;
        return readLine(in, at, end - 1) ? Scan.COMPLETE : Scan.INVALID;
    }

    private boolean readLine(ByteBuf in, int start, int end) {
        if (startsWith(in, start, end, UNKNOWN)) {
            int behind = start + UNKNOWN.length;
            return behind == end || in.getByte(behind) == ' '; // whatever follows is to be ignored
        }
        boolean four = startsWith(in, start, end, new byte[] {'T', 'C', 'P', '4', ' '});
        if (!four && !startsWith(in, start, end, new byte[] {'T', 'C', 'P', '6', ' '})) {
            return false;
        }
        int from = start + 5;
        int to = wordEnd(in, from, end);
        byte[] first = to < end ? text.read(in, from, to, four) : null;
        from = to + 1;
        to = wordEnd(in, from, end);
        byte[] second = first != null && to < end ? text.read(in, from, to, four) : null;
        if (first == null || second == null) {
            return false;
        }
        from = to + 1;
        to = wordEnd(in, from, end);
        int sourcePort = AddressText.number(in, from, to, 65535);
        int destinationPort = to < end ? AddressText.number(in, to + 1, end, 65535) : -1;
        if (sourcePort < 0 || destinationPort < 0) {
            return false;
        }
        source = address(first, sourcePort);
        destination = address(second, destinationPort);
        return true;
    }

    private static int wordEnd(ByteBuf in, int from, int end) {
        int space = from < end ? in.indexOf(from, end, (byte) ' ') : -1;
        return space < 0 ? end : space;
    }

    private static boolean startsWith(ByteBuf in, int from, int end, byte[] word) {
        if (end - from < word.length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if (in.getByte(from + i) != word[i]) {
                return false;
            }
        }
        return true;
    }
}
