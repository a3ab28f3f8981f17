package io.weldr.proxy.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.weldr.proxy.net.ProxyHeader.Scan;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderTest {

    private static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
    private static final String REQUEST = "GET / HTTP/1.1\r\n";

    private final ProxyHeader header = new ProxyHeader();

    private Scan scan(String bytes) {
        ByteBuf in = Unpooled.copiedBuffer("x" + bytes, ISO_8859_1).skipBytes(1);
        Scan scan = header.scan(in);
        assertThat(in.readerIndex()).isEqualTo(1);
        return scan;
    }

    private static InetSocketAddress address(String host, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    // ---- version 1

    @ParameterizedTest
    @CsvSource({
        "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443, 192.168.0.1, 56324, 192.168.0.11, 443",
        "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535, 255.255.255.255, 65535, 255.255.255.255, 65535",
        "PROXY TCP4 0.0.0.0 1.2.3.4 0 0, 0.0.0.0, 0, 1.2.3.4, 0",
        "PROXY TCP6 2001:db8::1 2001:DB8:0:0:0:0:0:2 1 2, 2001:db8::1, 1, 2001:db8::2, 2",
        "PROXY TCP6 :: ::1 1 2, ::, 1, ::1, 2",
        "PROXY TCP6 1:2:3:4:5:6:7:: 1:2:3:4:5:6:7:8 1 2, 1:2:3:4:5:6:7:0, 1, 1:2:3:4:5:6:7:8, 2",
        "PROXY TCP6 ::ffff:192.0.2.1 ::ffff:c000:202 1 2, 192.0.2.1, 1, 192.0.2.2, 2",
        "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535,"
                + " ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 65535, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 65535",
    })
    void aLineTellsBothEnds(String line, String source, int sourcePort, String destination, int destinationPort) {
        assertThat(scan(line + "\r\n" + REQUEST)).isEqualTo(Scan.COMPLETE);
        assertThat(header.length()).isEqualTo(line.length() + 2);
        assertThat(header.source()).isEqualTo(address(source, sourcePort));
        assertThat(header.destination()).isEqualTo(address(destination, destinationPort));
        for (int i = 0; i < line.length() + 2; i++) {
            assertThat(scan((line + "\r\n").substring(0, i))).as("%s bytes", i).isEqualTo(Scan.INCOMPLETE);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY UNKNOWN\r\n",
                "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
                "PROXY UNKNOWN what \0 ever\r\n"
            })
    void anUnknownConnectionTellsNothing(String line) {
        assertThat(scan(line + REQUEST)).isEqualTo(Scan.COMPLETE);
        assertThat(header.length()).isEqualTo(line.length());
        assertThat(header.source()).isNull();
        assertThat(header.destination()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n",
                "proxy TCP4 1.2.3.4 1.2.3.4 1 2\r\n",
                "PROXY  TCP4 1.2.3.4 1.2.3.4 1 2\r\n",
                "PROXY\tTCP4 1.2.3.4 1.2.3.4 1 2\r\n",
                "PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n",
                "PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n",
                "PROXY UNKNOWNS\r\n",
                "PROXY TCP4\r\n",
                "PROXY TCP4 1.2.3.4\r\n",
                "PROXY TCP4 1.2.3.4 1.2.3.4\r\n",
                "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n",
                "PROXY TCP4 1.2.3.4 1.2.3.4 1 \r\n",
                "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 \r\n",
                "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n",
                "PROXY TCP4 1.2.3.4  1.2.3.4 1 2\r\n",
                "PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n",
                "PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n",
                "PROXY TCP4 1.2.3.4 1.2.3.4 -1 2\r\n",
                "PROXY TCP4 1.2.3.04 1.2.3.4 1 2\r\n",
                "PROXY TCP4 1.2.3.256 1.2.3.4 1 2\r\n",
                "PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n",
                "PROXY TCP4 1.2.3.4.5 1.2.3.4 1 2\r\n",
                "PROXY TCP4 ::1 ::1 1 2\r\n",
                "PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n",
                "PROXY TCP6 1:2:3:4:5:6:7 ::1 1 2\r\n",
                "PROXY TCP6 1:2:3:4:5:6:7:8:9 ::1 1 2\r\n",
                "PROXY TCP6 1:2:3:4::5:6:7:8 ::1 1 2\r\n",
                "PROXY TCP6 1::2::3 ::1 1 2\r\n",
                "PROXY TCP6 :1:2:3:4:5:6:7:8 ::1 1 2\r\n",
                "PROXY TCP6 1:2:3:4:5:6:7:8: ::1 1 2\r\n",
                "PROXY TCP6 ::: ::1 1 2\r\n",
                "PROXY TCP6 12345:: ::1 1 2\r\n",
                "PROXY TCP6 ::g ::1 1 2\r\n",
                "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n",
                "PROXY TCP6 1:2:3:4:5:6:7:1.2.3.4 ::1 1 2\r\n",
                "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n",
                "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n\r\n",
                "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\r\n",
                "PROXY UNKNOWN\n",
            })
    void whatIsNotExactlyALineIsRefused(String line) {
        assertThat(scan(line)).isEqualTo(Scan.INVALID);
    }

    @Test
    void aLineEndsWithin107Bytes() {
        assertThat(scan("PROXY UNKNOWN" + " ".repeat(92) + "\r\n")).isEqualTo(Scan.COMPLETE);
        assertThat(scan("PROXY UNKNOWN" + " ".repeat(93) + "\r\n")).isEqualTo(Scan.INVALID);
        assertThat(scan("PROXY UNKNOWN" + " ".repeat(93))).isEqualTo(Scan.INCOMPLETE);
        assertThat(scan("PROXY UNKNOWN" + " ".repeat(94))).isEqualTo(Scan.INVALID);
    }

    // ---- version 2

    private static String binary(int versionAndCommand, int kind, String rest) {
        return SIGNATURE
                + (char) versionAndCommand
                + (char) kind
                + (char) (rest.length() >> 8)
                + (char) (rest.length() & 255)
                + rest;
    }

    private static final String FOUR =
            octets(0xc0, 0xa8, 0, 1) + octets(0xc0, 0xa8, 0, 11) + octets(0xdc, 0x04) + octets(0x01, 0xbb);

    private static final String SIX = octets(0x20, 0x01, 0x0d, 0xb8)
            + "\0".repeat(11)
            + octets(1)
            + "\0".repeat(15)
            + octets(1)
            + octets(0, 1)
            + octets(0xff, 0xff);

    private static String octets(int... each) {
        StringBuilder text = new StringBuilder();
        for (int octet : each) {
            text.append((char) octet);
        }
        return text.toString();
    }

    @Test
    void addressesOfBothFamiliesAreRead() {
        assertThat(scan(binary(0x21, 0x11, FOUR) + REQUEST)).isEqualTo(Scan.COMPLETE);
        assertThat(header.length()).isEqualTo(28);
        assertThat(header.source()).isEqualTo(address("192.168.0.1", 56324));
        assertThat(header.destination()).isEqualTo(address("192.168.0.11", 443));
        assertThat(scan(binary(0x21, 0x21, SIX) + REQUEST)).isEqualTo(Scan.COMPLETE);
        assertThat(header.length()).isEqualTo(52);
        assertThat(header.source()).isEqualTo(address("2001:db8::1", 1));
        assertThat(header.destination()).isEqualTo(address("::1", 65535));
    }

    @Test
    void whatFollowsTheAddressesIsSkipped() {
        String all = binary(0x21, 0x11, FOUR + octets(4, 0, 3) + "abc");
        assertThat(scan(all + REQUEST)).isEqualTo(Scan.COMPLETE);
        assertThat(header.length()).isEqualTo(all.length());
        assertThat(header.source()).isEqualTo(address("192.168.0.1", 56324));
        for (int i = 0; i < all.length(); i++) {
            assertThat(scan(all.substring(0, i))).as("%s bytes", i).isEqualTo(Scan.INCOMPLETE);
        }
        assertThat(scan(binary(0x21, 0x11, FOUR + "\0".repeat(2048)))).isEqualTo(Scan.COMPLETE);
        assertThat(scan(binary(0x21, 0x31, "\0".repeat(216 + 2048)))).isEqualTo(Scan.COMPLETE);
        assertThat(scan(binary(0x21, 0x31, "\0".repeat(216 + 2049)))).isEqualTo(Scan.INVALID);
    }

    /** A proxy that connects on its own behalf, and what is not TCP: the addresses of the socket hold. */
    @Test
    void whatIsNotATcpConnectionOfAClientTellsNothing() {
        for (String bytes : new String[] {
            binary(0x20, 0x00, ""),
            binary(0x20, 0x11, FOUR),
            binary(0x20, 0xff, "any"),
            binary(0x21, 0x00, ""),
            binary(0x21, 0x00, "any"),
            binary(0x21, 0x12, FOUR),
            binary(0x21, 0x22, SIX),
            binary(0x21, 0x31, "\0".repeat(216)),
            binary(0x21, 0x10, FOUR)
        }) {
            assertThat(scan(bytes + REQUEST)).isEqualTo(Scan.COMPLETE);
            assertThat(header.length()).isEqualTo(bytes.length());
            assertThat(header.source()).isNull();
            assertThat(header.destination()).isNull();
        }
    }

    @Test
    void whatTheSpecificationDoesNotHaveIsRefused() {
        for (String bytes : new String[] {
            binary(0x11, 0x11, FOUR),
            binary(0x31, 0x11, FOUR),
            binary(0xa1, 0x11, FOUR),
            binary(0x22, 0x11, FOUR),
            binary(0x2f, 0x11, FOUR),
            binary(0x21, 0x41, FOUR),
            binary(0x21, 0x13, FOUR),
            binary(0x21, 0x11, FOUR.substring(1)),
            binary(0x21, 0x21, SIX.substring(1)),
            binary(0x21, 0x21, FOUR),
            "\r\n\r\n\0\r\nQUIX",
            "\r\n\r\nG",
            "\r\nG"
        }) {
            assertThat(scan(bytes)).isEqualTo(Scan.INVALID);
        }
    }

    @Test
    void aHeaderThatIsWrittenIsReadAgain() {
        InetSocketAddress[][] ends = {
            {address("192.0.2.1", 1), address("192.0.2.2", 65535)},
            {address("2001:db8::1", 1), address("2001:db8::2", 2)},
            {address("192.0.2.1", 1), address("2001:db8::2", 2)}
        };
        for (InetSocketAddress[] each : ends) {
            ByteBuf out = ProxyHeaderWriter.write(ByteBufAllocator.DEFAULT, each[0], each[1]);
            assertThat(header.scan(out)).isEqualTo(Scan.COMPLETE);
            assertThat(header.length()).isEqualTo(out.readableBytes());
            assertThat(header.source()).isEqualTo(each[0]);
            assertThat(header.destination()).isEqualTo(each[1]);
            out.release();
        }
    }

    /** Any bytes: no exception, nothing behind the limit is waited for, and more bytes never change what is invalid. */
    @Test
    void anyBytesAreReadOrRefused() {
        long seed = System.nanoTime();
        System.out.println("seed of the PROXY protocol headers: " + seed);
        Random random = new Random(seed);
        String[] valid = {
            "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n",
            "PROXY TCP6 2001:db8::1 ::ffff:192.0.2.1 1 65535\r\n",
            binary(0x21, 0x11, FOUR + octets(4, 0, 3) + "abc"),
            binary(0x21, 0x21, SIX)
        };
        for (int round = 0; round < 20_000; round++) {
            StringBuilder bytes = new StringBuilder(valid[random.nextInt(valid.length)]);
            for (int changes = random.nextInt(4); changes > 0 && bytes.length() > 0; changes--) {
                int at = random.nextInt(bytes.length());
                switch (random.nextInt(3)) {
                    case 0 -> bytes.setCharAt(at, (char) random.nextInt(256));
                    case 1 -> bytes.deleteCharAt(at);
                    default -> bytes.insert(at, (char) random.nextInt(256));
                }
            }
            bytes.append("\r\n".repeat(random.nextInt(60)));
            Scan whole = scan(bytes.toString());
            if (whole == Scan.COMPLETE) {
                assertThat(header.length()).isBetween(15, bytes.length());
            } else if (whole == Scan.INCOMPLETE) {
                assertThat(bytes.length()).isLessThan(ProxyHeader.FIXED_BYTES + ProxyHeader.REST_BYTES_MAX);
            }
            int part = random.nextInt(bytes.length() + 1);
            Scan before = scan(bytes.substring(0, part));
            if (before != Scan.INCOMPLETE) {
                assertThat(whole).as("%s of %s bytes", part, bytes.length()).isEqualTo(before);
            }
        }
    }
}
