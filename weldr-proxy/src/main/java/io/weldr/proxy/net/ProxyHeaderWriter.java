package io.weldr.proxy.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Writes a header of the PROXY protocol, version 2, that says where a connection really comes from. */
public final class ProxyHeaderWriter {

    private static final byte[] SIGNATURE = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};
    private static final int VERSION_2_PROXY = 0x21;
    private static final int TCP_4 = 0x11;
    private static final int TCP_6 = 0x21;
    private static final int UNSPECIFIED = 0x00;

    private ProxyHeaderWriter() {}

    /**
     * A header in a buffer of its own. Two IPv4 addresses are told as such, also where they are written as IPv6
     * addresses; of an IPv4 and an IPv6 address, the former is written as the latter.
     */
    public static ByteBuf write(ByteBufAllocator allocator, SocketAddress source, SocketAddress destination) {
        ByteBuf out = allocator.directBuffer(ProxyHeader.FIXED_BYTES + ProxyHeader.ADDRESSES_6);
        out.writeBytes(SIGNATURE).writeByte(VERSION_2_PROXY);
        if (!(source instanceof InetSocketAddress from)
                || !(destination instanceof InetSocketAddress to)
                || from.getAddress() == null
                || to.getAddress() == null) {
            return out.writeByte(UNSPECIFIED).writeShort(0);
        }
        byte[] first = plain(from.getAddress());
        byte[] second = plain(to.getAddress());
        if (first.length == 4 && second.length == 4) {
            out.writeByte(TCP_4).writeShort(ProxyHeader.ADDRESSES_4);
            out.writeBytes(first).writeBytes(second);
        } else {
            out.writeByte(TCP_6).writeShort(ProxyHeader.ADDRESSES_6);
            writeSix(out, first);
            writeSix(out, second);
        }
        return out.writeShort(from.getPort()).writeShort(to.getPort());
    }

    private static void writeSix(ByteBuf out, byte[] address) {
        if (address.length == 4) {
            out.writeZero(10).writeShort(0xffff); // RFC 4291 section 2.5.5.2
        }
        out.writeBytes(address);
    }

    /** An IPv4 address that a socket of both families gives as an IPv6 address is one of IPv4. */
    private static byte[] plain(InetAddress address) {
        byte[] bytes = address.getAddress();
        for (int i = 0; i < 12 && bytes.length == 16; i++) {
            if (bytes[i] != (i < 10 ? 0 : (byte) 0xff)) {
                return bytes;
            }
        }
        return bytes.length == 4 ? bytes : new byte[] {bytes[12], bytes[13], bytes[14], bytes[15]};
    }
}
