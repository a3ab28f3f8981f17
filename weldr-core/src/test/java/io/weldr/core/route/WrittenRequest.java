package io.weldr.core.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A request as its parts, and as the bytes of a head in the middle of an array with other bytes around it.
 *
 * @param host with a port if need be; empty: none
 * @param query without question mark; null: none
 * @param headers pairs of name and value
 */
record WrittenRequest(
        String method, String host, String path, @Nullable String query, List<String[]> headers) {

    static WrittenRequest get(String host, String path) {
        return new WrittenRequest("GET", host, path, null, List.of());
    }

    RequestView view() {
        return new HeadView(this);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(method + " http://" + host + path + (query == null ? "" : "?" + query));
        headers.forEach(pair -> text.append(' ').append(pair[0]).append(": ").append(pair[1]));
        return text.toString();
    }

    /** Offsets into a head, as a scanner leaves them. */
    private static final class HeadView implements RequestView {
        private final StringBuilder head = new StringBuilder("xx");
        private final byte[] bytes;
        private final int methodStart;
        private final int methodEnd;
        private final int pathStart;
        private final int pathEnd;
        private final int targetEnd;
        private final int hostStart;
        private final int hostEnd;
        private final List<int[]> lines = new ArrayList<>();

        HeadView(WrittenRequest request) {
            methodStart = head.length();
            methodEnd = append(request.method());
            head.append(' ');
            pathStart = head.length();
            pathEnd = append(request.path());
            targetEnd = append(request.query() == null ? "" : "?" + request.query());
            head.append(" HTTP/1.1\r\nhost: ");
            hostStart = head.length();
            hostEnd = append(request.host());
            for (String[] pair : request.headers()) {
                int nameStart = head.append("\r\n").length();
                int nameEnd = append(pair[0]);
                int valueStart = head.append(": ").length();
                int valueEnd = append(pair[1]);
                lines.add(new int[] {nameStart, nameEnd, valueStart, valueEnd});
            }
            head.append("\r\n\r\n/a?b=c");
            bytes = new byte[head.length()];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) head.charAt(i);
            }
        }

        private int append(String text) {
            return head.append(text).length();
        }

        @Override
        public byte[] bytes() {
            return bytes;
        }

        @Override
        public int methodStart() {
            return methodStart;
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
            return pathStart;
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
            String name = Octets.text(lowerCaseName, 0, lowerCaseName.length);
            for (int i = from; i < lines.size(); i++) {
                int[] line = lines.get(i);
                if (head.substring(line[0], line[1]).toLowerCase(Locale.ROOT).equals(name)) {
                    return i;
                }
            }
            return -1;
        }

        @Override
        public int valueStart(int line) {
            return lines.get(line)[2];
        }

        @Override
        public int valueEnd(int line) {
            return lines.get(line)[3];
        }

        @Override
        public byte[] clientAddress() {
            return new byte[] {(byte) 192, 0, 2, 1};
        }
    }
}
