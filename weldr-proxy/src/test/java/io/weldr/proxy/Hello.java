package io.weldr.proxy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** ClientHellos that a library would not send; sound enough for a server to answer. */
final class Hello {

    private Hello() {}

    /** A record with a hello of TLS 1.2 that asks for a name and offers one protocol. */
    static byte[] record(@Nullable String name, String protocol) {
        return wrap(new byte[] {0}, name == null ? new byte[0] : serverName(name), alpn(protocol));
    }

    /** A hello of another version, as the client says it in both places that have one (RFC 6101 section 5.6.1.2). */
    static byte[] ofVersion(int version, String name) {
        byte[] record = record(name, "http/1.1");
        for (int at : new int[] {1, 9}) {
            record[at] = (byte) (version >> 8);
            record[at + 1] = (byte) version;
        }
        return record;
    }

    /** A hello that offers these methods of compression (RFC 5246 section 7.4.1.2). */
    static byte[] compressing(String name, int... methods) {
        byte[] all = new byte[methods.length];
        for (int i = 0; i < methods.length; i++) {
            all[i] = (byte) methods[i];
        }
        return wrap(all, serverName(name), alpn("http/1.1"));
    }

    /** A hello with two names of the same type (RFC 6066 section 3 forbids it). */
    static byte[] withTwoNames(String one, String other) {
        byte[] names = join(name(one), name(other));
        return wrap(new byte[] {0}, extension(0, prefixed(2, names)), alpn("http/1.1"));
    }

    /** The same message in records of so many bytes. */
    static byte[] split(byte[] record, int bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 5; at < record.length; at += bytes) {
            int length = Math.min(bytes, record.length - at);
            out.writeBytes(new byte[] {22, 3, 1, (byte) (length >> 8), (byte) length});
            out.write(record, at, length);
        }
        return out.toByteArray();
    }

    private static byte[] wrap(byte[] compressions, byte[]... extensions) {
        byte[] groups = extension(10, prefixed(2, new byte[] {0, 29, 0, 23}));
        byte[] signatures = extension(13, prefixed(2, new byte[] {4, 3, 8, 4, 4, 1}));
        byte[] body = join(
                new byte[] {3, 3},
                new byte[32],
                prefixed(1, new byte[0]),
                prefixed(2, new byte[] {(byte) 0xc0, 0x2b, (byte) 0xc0, 0x2f}), // ECDHE, AES-128-GCM
                prefixed(1, compressions),
                prefixed(2, join(join(extensions), groups, signatures)));
        byte[] message = join(new byte[] {1}, prefixed(3, body));
        return join(new byte[] {22, 3, 1}, prefixed(2, message));
    }

    private static byte[] serverName(String name) {
        return extension(0, prefixed(2, name(name)));
    }

    private static byte[] name(String name) {
        return join(new byte[] {0}, prefixed(2, name.getBytes(StandardCharsets.US_ASCII)));
    }

    private static byte[] alpn(String protocol) {
        return extension(16, prefixed(2, prefixed(1, protocol.getBytes(StandardCharsets.US_ASCII))));
    }

    private static byte[] extension(int type, byte[] data) {
        return join(new byte[] {0, (byte) type}, prefixed(2, data));
    }

    private static byte[] prefixed(int lengthBytes, byte[] data) {
        byte[] length = new byte[lengthBytes];
        for (int i = 0; i < lengthBytes; i++) {
            length[i] = (byte) (data.length >> (8 * (lengthBytes - 1 - i)));
        }
        return join(length, data);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
