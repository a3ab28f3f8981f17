package io.weldr.leader.vip;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * A packet that tells the neighbours on an Ethernet where an address is now. The kernel puts the Ethernet header in
 * front of it. Pure.
 */
final class Announcement {
    static final int HARDWARE_ADDRESS_BYTES = 6;

    private static final int ETHERTYPE_ARP = 0x0806;
    private static final int ETHERTYPE_IPV6 = 0x86dd;
    private static final byte[] BROADCAST = {-1, -1, -1, -1, -1, -1};

    /** RFC 2464 section 7: 33:33, then the last four bytes of the group ff02::1. */
    private static final byte[] ALL_NODES = {0x33, 0x33, 0, 0, 0, 1};

    private static final byte[] ALL_NODES_ADDRESS = {(byte) 0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    private static final byte ICMPV6 = 58;
    private static final int ADVERTISEMENT_BYTES = 32;

    private final int etherType;
    private final byte[] destination;
    private final byte[] packet;

    private Announcement(int etherType, byte[] destination, byte[] packet) {
        this.etherType = etherType;
        this.destination = destination;
        this.packet = packet;
    }

    /** @param hardwareAddress of the interface that has the address now */
    static Announcement of(VirtualIp address, byte[] hardwareAddress) {
        byte[] bytes = bytes(address.address());
        return address.isIpv6()
                ? new Announcement(ETHERTYPE_IPV6, ALL_NODES, neighbourAdvertisement(bytes, hardwareAddress))
                : new Announcement(ETHERTYPE_ARP, BROADCAST, gratuitousArp(bytes, hardwareAddress));
    }

    /** What the Ethernet header names as the content. */
    int etherType() {
        return etherType;
    }

    /** The hardware address that the packet goes to. */
    byte[] destination() {
        return destination.clone();
    }

    /** What follows the Ethernet header. */
    byte[] packet() {
        return packet.clone();
    }

    /** A request for the address itself, by the one who has it: RFC 5227 section 3. */
    private static byte[] gratuitousArp(byte[] address, byte[] hardwareAddress) {
        return ByteBuffer.allocate(28)
                .putShort((short) 1) // Ethernet
                .putShort((short) 0x0800) // IPv4
                .put((byte) HARDWARE_ADDRESS_BYTES)
                .put((byte) address.length)
                .putShort((short) 1) // request
                .put(hardwareAddress)
                .put(address)
                .put(new byte[HARDWARE_ADDRESS_BYTES]) // of the target: ignored in a request
                .put(address)
                .array();
    }

    /** Unsolicited, with the override flag: RFC 4861 sections 4.4 and 7.2.6. */
    private static byte[] neighbourAdvertisement(byte[] address, byte[] hardwareAddress) {
        ByteBuffer packet = ByteBuffer.allocate(40 + ADVERTISEMENT_BYTES)
                .putInt(6 << 28) // version
                .putShort((short) ADVERTISEMENT_BYTES)
                .put(ICMPV6)
                .put((byte) 255) // hop limit: proves to the receiver that no router forwarded it
                .put(address)
                .put(ALL_NODES_ADDRESS)
                .put((byte) 136) // neighbour advertisement
                .put((byte) 0)
                .putShort((short) 0) // checksum, filled in below
                .putInt(0x20000000) // override
                .put(address)
                .put((byte) 2) // option: link-layer address of the target
                .put((byte) 1) // of eight bytes
                .put(hardwareAddress);
        packet.putShort(42, checksum(packet));
        return packet.array();
    }

    /** RFC 4443 section 2.3: over both addresses, the length, the protocol, and the message. */
    private static short checksum(ByteBuffer packet) {
        int sum = ADVERTISEMENT_BYTES + ICMPV6;
        for (int at = 8; at < packet.capacity(); at += 2) {
            sum += Short.toUnsignedInt(packet.getShort(at));
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (short) ~sum;
    }

    private static byte[] bytes(String literal) {
        try {
            return InetAddress.getByName(literal).getAddress(); // a literal: nobody is asked
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not an address: " + literal, e);
        }
    }
}
