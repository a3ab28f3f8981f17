package io.weldr.leader.vip;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The bytes of announcements, as the RFCs lay them out. */
class AnnouncementTest {
    private static final byte[] HARDWARE_ADDRESS = HexFormat.of().parseHex("0242ac110002");

    @Test
    void gratuitousArpIsARequestForTheAddressByItsHolder() {
        Announcement announcement = Announcement.of(VirtualIp.parse("192.0.2.10/32", "eth0"), HARDWARE_ADDRESS);
        assertThat(announcement.etherType()).isEqualTo(0x0806);
        assertThat(hex(announcement.destination())).isEqualTo("ffffffffffff");
        assertThat(hex(announcement.packet()))
                .isEqualTo("0001" + "0800" + "06" + "04" + "0001" // Ethernet, IPv4, lengths, request
                        + "0242ac110002" + "c000020a" // sender
                        + "000000000000" + "c000020a"); // target
    }

    @Test
    void neighbourAdvertisementOverridesWhatTheNeighboursKnow() {
        Announcement announcement = Announcement.of(VirtualIp.parse("2001:db8::100/128", "eth0"), HARDWARE_ADDRESS);
        assertThat(announcement.etherType()).isEqualTo(0x86dd);
        assertThat(hex(announcement.destination())).isEqualTo("333300000001");
        assertThat(hex(announcement.packet()))
                .isEqualTo("60000000" + "0020" + "3a" + "ff" // version, length, ICMPv6, hop limit 255
                        + "20010db8000000000000000000000100" // source
                        + "ff020000000000000000000000000001" // all nodes
                        + "8800" + "4ad8" + "20000000" // advertisement, checksum, override
                        + "20010db8000000000000000000000100" // target
                        + "0201" + "0242ac110002"); // its hardware address
    }

    /** RFC 4443 section 2.3: the sum over pseudo-header and message, checksum included, is all ones. */
    @Test
    void theChecksumHoldsForAnyAddress() {
        for (String address : new String[] {"fd00::1", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "fe80::1"}) {
            byte[] packet = Announcement.of(VirtualIp.parse(address + "/64", "eth0"), HARDWARE_ADDRESS)
                    .packet();
            long sum = 32 + 58;
            for (int i = 8; i < packet.length; i += 2) {
                sum += ((packet[i] & 0xff) << 8) + (packet[i + 1] & 0xff);
            }
            while (sum > 0xffff) {
                sum = (sum & 0xffff) + (sum >> 16);
            }
            assertThat(sum).as(address).isEqualTo(0xffff);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
