package io.weldr.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.http.Field;
import io.weldr.proxy.http.FieldNames;
import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.http.Octets;
import io.weldr.proxy.limits.ProxyLimits;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A trailer section (RFC 9112 section 7.1.2): held back until it is complete, then written without the fields that
 * may not stand there (RFC 9110 section 6.5.1). Few messages have one, so nothing is allocated before the first.
 */
final class Trailers extends Head {

    private static final byte[] NOTHING = new byte[0];

    /** Far more than anybody sends. */
    private static final int FIELDS_MAX = 32;

    private final int bytesMax;
    private byte[] section = NOTHING;
    private int received;
    private Scan scan = Scan.INCOMPLETE;
    /** What Connection named in the message's head, one name behind the other; kept for when the trailers come. */
    private byte[] named = NOTHING;

    private final int[] namedEnd = new int[OPTIONS_MAX];
    private int namedCount;

    Trailers(ProxyLimits limits) {
        super(limits, Math.min(limits.fieldsMax(), FIELDS_MAX));
        bytesMax = limits.trailerBytesMax();
    }

    void reset() {
        received = 0;
        scan = Scan.INCOMPLETE;
        namedCount = 0;
    }

    /** Fields that this head's Connection names end here, also as trailers (RFC 9110 section 7.6.1). */
    void endHere(Head head) {
        int end = 0;
        for (int i = 0; i < head.options; i++) {
            int length = head.optionEnd[i] - head.optionStart[i];
            if (named.length < end + length) {
                named = Arrays.copyOf(named, 2 * (end + length));
            }
            System.arraycopy(head.bytes, head.optionStart[i], named, end, length);
            end += length;
            namedEnd[i] = end;
        }
        namedCount = head.options;
    }

    private boolean endsHere(int line) {
        int start = 0;
        for (int i = 0; i < namedCount; i++) {
            if (Octets.equalsIgnoreCase(section, lineStart[line], nameEnd[line], named, start, namedEnd[i])) {
                return true;
            }
            start = namedEnd[i];
        }
        return false;
    }

    boolean complete() {
        return scan == Scan.COMPLETE;
    }

    boolean refused() {
        return scan == Scan.REFUSED;
    }

    /** Takes what belongs to the section from {@code in[from, end)} and says where that ends. */
    int add(ByteBuf in, int from, int end) {
        if (section.length == 0) {
            section = new byte[bytesMax];
        }
        int part = Math.min(end - from, bytesMax - received);
        in.getBytes(from, section, received, part);
        int before = received;
        received += part;
        scan = scan(section, received);
        return scan == Scan.COMPLETE ? from + length() - before : from + part;
    }

    /** Takes a whole section that came otherwise; false if it is none, or too long. */
    boolean take(byte[] whole) {
        reset();
        if (whole.length > bytesMax) {
            return false;
        }
        section = whole;
        received = whole.length;
        scan = scan(section, received);
        return scan == Scan.COMPLETE && length() == received;
    }

    @Override
    public Scan scan(byte[] bytes, int end) {
        begin(bytes);
        return scanFields(0, end, bytesMax);
    }

    /**
     * The section that may be relayed, its empty line included; null when there was none.
     *
     * @param forbidden fields that the sender may not send
     */
    byte @Nullable [] relayed(boolean wanted, FieldNames forbidden) {
        if (!complete() || received == 0) {
            return null;
        }
        HeadWriter out = new HeadWriter().reset();
        for (int i = 0; wanted && i < count; i++) {
            Field.Kind kind = fields[i].kind();
            if (kind == Field.Kind.PLAIN
                    && fields[i] != Field.ACCEPT
                    && !endsHere(i)
                    && !forbidden.has(section, lineStart[i], nameEnd[i])) {
                out.put(Arrays.copyOfRange(section, lineStart[i], lineStart[i + 1]));
            }
        }
        return out.crlf().toBytes();
    }
}
