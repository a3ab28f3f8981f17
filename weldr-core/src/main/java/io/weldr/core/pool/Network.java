package io.weldr.core.pool;

import io.weldr.core.Check;
import java.util.Arrays;

/**
 * A range of IP addresses (RFC 4632, RFC 4291 section 2.3). IPv4 addresses that are written as IPv6 addresses count as
 * IPv4.
 *
 * @param address of 4 or 16 bytes, 0 behind the prefix
 * @param prefix leading bits that an address has to share, 0 to 32 or 128
 */
@SuppressWarnings("ArrayRecordComponent") // compared and copied here
public record Network(byte[] address, int prefix) {
    public Network {
        Check.that(address.length == 4 || address.length == 16, "network", address.length + " bytes", "4 or 16 bytes");
        Check.inRange("prefix", prefix, 0, address.length * 8);
        address = masked(address, prefix);
    }

    /** Reads {@code address/prefix}, or an address that stands for itself alone. */
    public static Network parse(String text) {
        int slash = text.indexOf('/');
        byte[] bytes = bytes(slash < 0 ? text : text.substring(0, slash));
        String digits = slash < 0 ? "" : text.substring(slash + 1);
        boolean valid = bytes.length > 0 && (slash < 0 || digits.matches("[0-9]{1,3}"));
        int prefix = !valid ? -1 : slash < 0 ? bytes.length * 8 : Integer.parseInt(digits);
        Check.that(
                prefix >= 0 && prefix <= bytes.length * 8,
                "network",
                text,
                "an address or a network, as in 10.0.0.0/8 or 2001:db8::/32");
        return new Network(bytes, prefix);
    }

    /** The bytes of an IP literal; none if it is no literal. */
    private static byte[] bytes(String literal) {
        if (literal.indexOf(':') >= 0) {
            byte[] six = Ipv6.bytes(literal);
            return six.length > 0 && isMapped(six) ? Arrays.copyOfRange(six, 12, 16) : six;
        }
        HostPort host;
        try {
            host = new HostPort(literal, 1);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
        if (!host.isLiteral()) {
            return new byte[0];
        }
        String[] parts = literal.split("\\.", -1);
        byte[] four = new byte[4];
        for (int i = 0; i < 4; i++) {
            four[i] = (byte) Integer.parseInt(parts[i]);
        }
        return four;
    }

    /** Whether the address, of 4 or 16 bytes, lies in it. */
    public boolean contains(byte[] other) {
        int from = other.length == 16 && address.length == 4 && isMapped(other) ? 12 : 0;
        if (other.length - from != address.length) {
            return false;
        }
        int whole = prefix / 8;
        for (int i = 0; i < whole; i++) {
            if (address[i] != other[from + i]) {
                return false;
            }
        }
        int rest = prefix % 8;
        return rest == 0 || ((address[whole] ^ other[from + whole]) & 0xff) >> (8 - rest) == 0;
    }

    private static boolean isMapped(byte[] six) {
        for (int i = 0; i < 10; i++) {
            if (six[i] != 0) {
                return false;
            }
        }
        return six[10] == (byte) 0xff && six[11] == (byte) 0xff;
    }

    private static byte[] masked(byte[] bytes, int prefix) {
        byte[] masked = bytes.clone();
        for (int i = 0; i < masked.length; i++) {
            int bits = Math.max(0, Math.min(8, prefix - 8 * i));
            masked[i] &= (byte) (0xff << (8 - bits));
        }
        return masked;
    }

    @Override
    public byte[] address() {
        return address.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Network network && prefix == network.prefix && Arrays.equals(address, network.address);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(address) + prefix;
    }

    /** {@code address/prefix}; {@link #parse} reads it back. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < address.length; i += address.length == 4 ? 1 : 2) {
            if (address.length == 4) {
                text.append(i == 0 ? "" : ".").append(address[i] & 0xff);
            } else {
                int group = (address[i] & 0xff) << 8 | (address[i + 1] & 0xff);
                text.append(i == 0 ? "" : ":").append(Integer.toHexString(group));
            }
        }
        String host = address.length == 4 ? text.toString() : Ipv6.canonical(text.toString());
        return host + "/" + prefix;
    }
}
