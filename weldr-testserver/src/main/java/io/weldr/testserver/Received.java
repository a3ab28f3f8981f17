package io.weldr.testserver;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What reached one origin: connections, requests and probes by path, and the last request heads byte by byte. Counts
 * only grow until the origin is closed. Threads: any; a request is counted before its answer starts.
 */
public final class Received {
    /** Heads that are kept, the newest ones: enough for a test to look back on, and bounded. */
    public static final int HEADS_MAX = 64;
    /** Paths that are counted on their own; the rest is counted under {@link #OTHER_PATHS}. */
    public static final int PATHS_MAX = 1024;

    public static final String OTHER_PATHS = "(other)";
    /** How the health checks of weldr name themselves; the version follows. */
    static final String PROBE_USER_AGENT = "weldr-health/";

    /**
     * One body that {@code /upload} has taken in whole.
     *
     * @param sha256 lower-case hex
     */
    public record Upload(long bytes, String sha256) {}

    private final LongAdder connections = new LongAdder();
    private final AtomicInteger open = new AtomicInteger();
    private final LongAdder bodyBytes = new LongAdder();
    private final Map<String, LongAdder> requests = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> probes = new ConcurrentHashMap<>();
    private final Deque<byte[]> heads = new ArrayDeque<>(); // guarded by itself
    private volatile @Nullable Upload lastUpload;

    Received() {}

    /** Connections accepted so far. */
    public long connections() {
        return connections.sum();
    }

    /** Connections that are open now. */
    public int openConnections() {
        return open.get();
    }

    /** Requests so far, probes among them. */
    public long requests() {
        return requests.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** Requests so far to this path (without its query), probes among them. */
    public long requests(String path) {
        return count(requests, path);
    }

    /** Requests so far whose User-Agent is that of a weldr health check. */
    public long probes() {
        return probes.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** The same, to this path. */
    public long probes(String path) {
        return count(probes, path);
    }

    /** Octets of request bodies so far, chunk framing not counted. */
    public long bodyBytes() {
        return bodyBytes.sum();
    }

    /** The last body that {@code /upload} has taken in whole, or null before the first. */
    public @Nullable Upload lastUpload() {
        return lastUpload;
    }

    /** The newest request heads, oldest first, each from the request line to the empty line, as received. */
    public List<byte[]> heads() {
        synchronized (heads) {
            return heads.stream().map(byte[]::clone).toList();
        }
    }

    /** The newest request head as text, one character an octet; empty before the first request. */
    public String lastHead() {
        synchronized (heads) {
            byte[] last = heads.peekLast();
            return last == null ? "" : new String(last, StandardCharsets.ISO_8859_1);
        }
    }

    void connectionOpened() {
        connections.increment();
        open.incrementAndGet();
    }

    void connectionClosed() {
        open.decrementAndGet();
    }

    void request(String path, @Nullable String userAgent, byte[] head) {
        increment(requests, path);
        if (userAgent != null && userAgent.startsWith(PROBE_USER_AGENT)) {
            increment(probes, path);
        }
        synchronized (heads) {
            if (heads.size() == HEADS_MAX) {
                heads.removeFirst();
            }
            heads.addLast(head);
        }
    }

    void body(int bytes) {
        bodyBytes.add(bytes);
    }

    void uploaded(Upload upload) {
        lastUpload = upload;
    }

    /** For people and scripts: {@code GET /counters}. */
    String json() {
        StringBuilder json = new StringBuilder(256);
        json.append("{\"connections\":").append(connections());
        json.append(",\"openConnections\":").append(openConnections());
        json.append(",\"bodyBytes\":").append(bodyBytes());
        appendCounts(json.append(",\"requests\":"), requests);
        appendCounts(json.append(",\"probes\":"), probes);
        return json.append("}\n").toString();
    }

    private static void appendCounts(StringBuilder json, Map<String, LongAdder> counts) {
        String separator = "{";
        for (Map.Entry<String, LongAdder> entry : new TreeMap<>(counts).entrySet()) {
            json.append(separator).append('"');
            entry.getKey().chars().forEach(c -> appendEscaped(json, (char) c));
            json.append("\":").append(entry.getValue().sum());
            separator = ",";
        }
        json.append(counts.isEmpty() ? "{}" : "}");
    }

    private static void appendEscaped(StringBuilder json, char c) {
        if (c < ' ' || c > '~' || c == '"' || c == '\\') {
            json.append(String.format("\\u%04x", (int) c));
        } else {
            json.append(c);
        }
    }

    private static void increment(Map<String, LongAdder> counts, String path) {
        LongAdder count = counts.get(path);
        if (count == null) {
            String key = counts.size() < PATHS_MAX ? path : OTHER_PATHS;
            count = counts.computeIfAbsent(key, k -> new LongAdder());
        }
        count.increment();
    }

    private static long count(Map<String, LongAdder> counts, String path) {
        LongAdder count = counts.get(path);
        return count == null ? 0 : count.sum();
    }
}
