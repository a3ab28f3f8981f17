package io.weldr.core.route;

import io.weldr.core.pool.Network;
import java.util.Arrays;
import java.util.Locale;

/**
 * A request that somebody wrote down, as routes see it: of a stored test, or of a question to {@link
 * RouteTable#explain}.
 */
public final class SampleView implements RequestView {
    /** RFC 5737: an address that belongs to no client. */
    private static final String CLIENT_DEFAULT = "192.0.2.1";

    private final byte[] bytes;
    private final int methodEnd;
    private final int hostStart;
    private final int hostEnd;
    private final int pathEnd;
    private final int targetEnd;
    private final byte[][] names;
    private final int[] valueStart;
    private final int[] valueEnd;
    private final byte[] clientAddress;

    public SampleView(RouteTest.SampleRequest sample) {
        String url = sample.url();
        int host = url.indexOf("://") + 3;
        int path = host;
        while (path < url.length() && url.charAt(path) != '/' && url.charAt(path) != '?') {
            path++;
        }
        int query = url.indexOf('?', path);
        StringBuilder text = new StringBuilder();
        methodEnd = append(text, sample.method());
        hostStart = methodEnd;
        hostEnd = append(text, url.substring(host, path));
        pathEnd = append(text, url.substring(path, query < 0 ? url.length() : query));
        targetEnd = append(text, query < 0 ? "" : url.substring(query));
        int count = sample.headers().size();
        names = new byte[count][];
        valueStart = new int[count];
        valueEnd = new int[count];
        for (int i = 0; i < count; i++) {
            HeaderEdits.HeaderValue field = sample.headers().get(i);
            names[i] = Octets.utf8(field.name().toLowerCase(Locale.ROOT));
            valueStart[i] = text.length();
            valueEnd[i] = append(text, field.value());
        }
        bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) text.charAt(i);
        }
        String client = sample.client() == null ? CLIENT_DEFAULT : sample.client();
        clientAddress = Network.parse(client).address();
    }

    /** Appends the bytes of the text, each as one character. */
    private static int append(StringBuilder to, String text) {
        for (byte octet : Octets.utf8(text)) {
            to.append((char) (octet & 0xff));
        }
        return to.length();
    }

    @Override
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public int methodStart() {
        return 0;
    }

    @Override
    public int methodEnd() {
        return methodEnd;
    }

    @Override
    public int hostStart() {
        return hostStart;
    }

    @Override
    public int hostEnd() {
        return hostEnd;
    }

    @Override
    public int pathStart() {
        return hostEnd;
    }

    @Override
    public int pathEnd() {
        return pathEnd;
    }

    @Override
    public int targetEnd() {
        return targetEnd;
    }

    @Override
    public int find(byte[] lowerCaseName, int from) {
        for (int i = from; i < names.length; i++) {
            if (Arrays.equals(names[i], lowerCaseName)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public int valueStart(int line) {
        return valueStart[line];
    }

    @Override
    public int valueEnd(int line) {
        return valueEnd[line];
    }

    @Override
    public byte[] clientAddress() {
        return clientAddress;
    }
}
