package io.weldr.proxy.tls;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the first message of a client (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2) before any TLS library does:
 * the name of the server that is asked for (RFC 6066 section 3), and the protocols that are offered (RFC 7301). The
 * message may come in any number of records and of segments. What contradicts itself is refused. One object reads one
 * hello; it keeps no buffer.
 *
 * <p>Records are walked once: a client that sends byte by byte costs no more than one that does not.
 */
public final class ClientHello {

    /** What is known so far. */
    public enum Scan {
        INCOMPLETE,
        COMPLETE,
        REFUSED
    }

    private static final int RECORD_HEADER_BYTES = 5;
    private static final int MESSAGE_HEADER_BYTES = 4;
    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int SERVER_NAME = 0;
    private static final int ALPN = 16;
    private static final int NAME_BYTES_MAX = 253;
    private static final String HTTP_1 = "http/1.1";
    private static final String HTTP_2 = "h2";
    private static final String ACME = "acme-tls/1";

    private final int bytesMax;
    private int next; // where the next record starts, from the first byte of the connection
    private int messageBytes; // of the message, in the records before it
    private int messageLength = -1; // as its header says; -1: not known yet
    private int records;
    private HandshakeFailure failure = HandshakeFailure.BAD_HELLO;
    private @Nullable String serverName;
    private boolean malformedName;
    private int offers; // how many protocols
    private boolean offersHttp1;
    private boolean offersHttp2;
    private boolean offersAcme;

    /** @param bytesMax of all records until the message is complete */
    public ClientHello(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    /**
     * Looks at all that has come so far; {@code in} starts with the first byte of the connection each time, and stays
     * as it is.
     */
    public Scan scan(ByteBuf in) {
        int from = in.readerIndex();
        int have = in.readableBytes();
        while (messageLength < 0 || messageBytes < messageLength) {
            if (have - next < RECORD_HEADER_BYTES) {
                return have > next && !mayBegin(in, from + next, have - next) ? notTls(in, from) : tooMuch(have);
            }
            if (!mayBegin(in, from + next, have - next)) {
                return notTls(in, from);
            }
            int length = in.getUnsignedShort(from + next + 3);
            // RFC 8446 section 5.1: no empty fragments of a handshake, none above 2^14.
            if (length == 0 || length > 1 << 14) {
                return refuse(HandshakeFailure.BAD_HELLO);
            }
            int end = next + RECORD_HEADER_BYTES + length;
            if (end > bytesMax) {
                return refuse(HandshakeFailure.HELLO_TOO_LARGE);
            }
            if (have < end) {
                return Scan.INCOMPLETE;
            }
            next = end;
            records++;
            messageBytes += length;
            if (messageLength < 0 && messageBytes >= MESSAGE_HEADER_BYTES && !readMessageHeader(in, from)) {
                return Scan.REFUSED;
            }
        }
        if (messageBytes > messageLength) {
            return refuse(HandshakeFailure.BAD_HELLO); // another message cannot follow before the server's
        }
        return read(in, from) ? Scan.COMPLETE : refuse(HandshakeFailure.BAD_HELLO);
    }

    private Scan tooMuch(int have) {
        return have > bytesMax ? refuse(HandshakeFailure.HELLO_TOO_LARGE) : Scan.INCOMPLETE;
    }

    private Scan refuse(HandshakeFailure why) {
        failure = why;
        return Scan.REFUSED;
    }

    private Scan notTls(ByteBuf in, int from) {
        int first = in.getUnsignedByte(from);
        return refuse(
                records == 0 && first >= 'A' && first <= 'Z'
                        ? HandshakeFailure.PLAIN_HTTP
                        : HandshakeFailure.BAD_HELLO);
    }

    /** Whether a record of a handshake may begin like this, as far as it has come. */
    private static boolean mayBegin(ByteBuf in, int at, int have) {
        return in.getUnsignedByte(at) == HANDSHAKE && (have < 2 || in.getUnsignedByte(at + 1) == 3);
    }

    private boolean readMessageHeader(ByteBuf in, int from) {
        byte[] header = new byte[MESSAGE_HEADER_BYTES];
        copy(in, from, header);
        if (header[0] != CLIENT_HELLO) {
            failure = HandshakeFailure.BAD_HELLO;
            return false;
        }
        messageLength =
                MESSAGE_HEADER_BYTES + ((header[1] & 0xff) << 16 | (header[2] & 0xff) << 8 | (header[3] & 0xff));
        if (messageLength > bytesMax) {
            failure = HandshakeFailure.HELLO_TOO_LARGE;
            return false;
        }
        return true;
    }

    /** Copies the beginning of the message out of the records that have come. */
    private void copy(ByteBuf in, int from, byte[] to) {
        int copied = 0;
        for (int at = from; copied < to.length; ) {
            int length = in.getUnsignedShort(at + 3);
            int part = Math.min(length, to.length - copied);
            in.getBytes(at + RECORD_HEADER_BYTES, to, copied, part);
            copied += part;
            at += RECORD_HEADER_BYTES + length;
        }
    }

    private boolean read(ByteBuf in, int from) {
        if (records == 1) {
            int start = from + RECORD_HEADER_BYTES;
            return readMessage(in, start + MESSAGE_HEADER_BYTES, start + messageLength);
        }
        byte[] whole = new byte[messageLength];
        copy(in, from, whole);
        return readMessage(io.netty.buffer.Unpooled.wrappedBuffer(whole), MESSAGE_HEADER_BYTES, messageLength);
    }

    private boolean readMessage(ByteBuf in, int start, int end) {
        int at = start + 2 + 32; // version, random
        at = behind(in, at, end, 1); // session id
        int compressions = behind(in, at, end, 2); // behind the cipher suites
        at = behind(in, compressions, end, 1);
        if (at < 0 || !offersNoCompression(in, compressions + 1, at)) {
            return false;
        }
        if (at == end) {
            return true; // TLS 1.2 without extensions
        }
        return behind(in, at, end, 2) == end && readExtensions(in, at + 2, end);
    }

    /** RFC 5246 section 7.4.1.2: a client has to be able to do without compression. Not every library looks. */
    private static boolean offersNoCompression(ByteBuf in, int start, int end) {
        return in.indexOf(start, end, (byte) 0) >= 0;
    }

    /** Where the bytes end whose length stands at {@code at} in so many bytes; negative: not before {@code end}. */
    private static int behind(ByteBuf in, int at, int end, int lengthBytes) {
        if (at < 0 || end - at < lengthBytes) {
            return -1;
        }
        int length = lengthBytes == 1 ? in.getUnsignedByte(at) : in.getUnsignedShort(at);
        int behind = at + lengthBytes + length;
        return behind <= end ? behind : -1;
    }

    private boolean readExtensions(ByteBuf in, int start, int end) {
        boolean named = false;
        boolean offered = false;
        for (int at = start; at < end; ) {
            int behind = behind(in, at + 2, end, 2);
            if (behind < 0) {
                return false;
            }
            int type = in.getUnsignedShort(at);
            if (type == SERVER_NAME) {
                if (named || !readNames(in, at + 4, behind)) {
                    return false;
                }
                named = true;
            } else if (type == ALPN) {
                if (offered || !readProtocols(in, at + 4, behind)) {
                    return false;
                }
                offered = true;
            }
            at = behind;
        }
        return true;
    }

    /** RFC 6066 section 3: a list of names, at most one of each type. All that is known is type 0, host_name. */
    private boolean readNames(ByteBuf in, int start, int end) {
        if (behind(in, start, end, 2) != end || end == start + 2) {
            return false;
        }
        boolean host = false;
        for (int at = start + 2; at < end; ) {
            int behind = behind(in, at + 1, end, 2);
            if (behind < 0) {
                return false;
            }
            if (in.getUnsignedByte(at) == 0) {
                if (host) {
                    return false;
                }
                host = true;
                setName(in, at + 3, behind);
            }
            at = behind;
        }
        return true;
    }

    private void setName(ByteBuf in, int start, int end) {
        boolean valid = end > start && end - start <= NAME_BYTES_MAX;
        for (int i = start; valid && i < end; i++) {
            int octet = in.getByte(i);
            int lower = octet | 0x20;
            valid = (lower >= 'a' && lower <= 'z')
                    || (octet >= '0' && octet <= '9')
                    || octet == '-'
                    || octet == '_'
                    || (octet == '.' && i > start && i < end - 1 && in.getByte(i - 1) != '.');
        }
        malformedName = !valid;
        serverName = valid
                ? in.toString(start, end - start, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT)
                : null;
    }

    /** RFC 7301 section 3.1: a list of names, none of them empty. */
    private boolean readProtocols(ByteBuf in, int start, int end) {
        if (behind(in, start, end, 2) != end || end == start + 2) {
            return false;
        }
        for (int at = start + 2; at < end; ) {
            int behind = behind(in, at, end, 1);
            if (behind < 0 || behind == at + 1) {
                return false;
            }
            offers++;
            int length = behind - at - 1;
            if (length <= ACME.length()) { // no other is longer
                String name = in.toString(at + 1, length, StandardCharsets.US_ASCII);
                offersHttp1 |= name.equals(HTTP_1);
                offersHttp2 |= name.equals(HTTP_2);
                offersAcme |= name.equals(ACME);
            }
            at = behind;
        }
        return true;
    }

    /** Why it is refused. */
    public HandshakeFailure failure() {
        return failure;
    }

    /** The name that the client asks for, lower case; null: none, or one that no server can have. */
    public @Nullable String serverName() {
        return serverName;
    }

    /** Whether the client has asked for something that is no name of a server. */
    public boolean malformedName() {
        return malformedName;
    }

    /**
     * Whether it is a certificate authority that validates by TLS-ALPN-01 (RFC 8737 section 3): it offers nothing else.
     */
    public boolean isChallenge() {
        return offersAcme && offers == 1;
    }

    /** Whether the client offers protocols, and none of them is one that is spoken here. */
    public boolean offersOthersOnly(boolean http2) {
        return offers > 0 && !offersHttp1 && !(http2 && offersHttp2);
    }
}
