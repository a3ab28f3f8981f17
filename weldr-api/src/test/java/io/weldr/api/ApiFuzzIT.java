package io.weldr.api;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.api.RawHttp2.Answer;
import io.weldr.api.RawHttp2.Answers;
import io.weldr.api.auth.ApiAccess;
import io.weldr.api.auth.AuditLog;
import io.weldr.api.json.Mutations;
import io.weldr.api.testkit.TestCluster;
import io.weldr.core.state.ClusterState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Strangers send whatever they like to every path and every call. A seed decides what. Whatever it is, they are told
 * that they show no valid credential, or that nobody understands them; neither depends on what there is. The node goes
 * on, and nothing of it stays in memory.
 */
class ApiFuzzIT {
    private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 2500);
    private static final long HEAP_GROWTH_BYTES_MAX = 24L << 20;

    /**
     * 401 for whatever is a request; 429 after many tokens that are none. The others are for bytes that are no request
     * of HTTP/1.1, and come before anybody looks for a path; 501 is Vert.x' answer to another version of HTTP.
     */
    private static final Set<Integer> STATUSES = Set.of(400, 401, 414, 429, 431, 501);

    private static final Pattern NO_CALL = Pattern.compile("(?s)(Method '.*' is not supported|Content-Type .*)*");

    /**
     * UNAUTHENTICATED for whatever is a call, RESOURCE_EXHAUSTED after many tokens that are none. A call whose encoding
     * nobody knows is UNIMPLEMENTED, whatever its name. The others are for what is no call of gRPC, or no HTTP/2.
     */
    private static final Pattern TELLS_NOTHING = Pattern.compile(
            "(?s)Answer\\[status=(200, grpcStatus=(16|8), text=.*|200, grpcStatus=12, text=Can't find"
                    + " decompressor.*|4(00|04|05|15|31), grpcStatus=(12|13)?, text=.*|(reset|goaway), grpcStatus=, text=.*)");

    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] ([0-9]{3}) ");

    /** It writes a stack trace for each call that is not as gRPC has it. Nodes turn that off, too. */
    private static final Logger NOISE = Logger.getLogger("io.grpc.netty.NettyServerHandler");

    private final long seed = Long.getLong("fuzz.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private TestCluster cluster;
    private AdminServer server;
    private ClusterState before;
    private long heapBytes;

    @BeforeEach
    void start() throws IOException {
        System.out.println("fuzz.seed " + seed);
        NOISE.setLevel(Level.SEVERE);
        cluster = TestCluster.start(1);
        server = cluster.node(1).another(new ApiAccess(false, true, Set.of(), null, AuditLog.NONE));
        server.start();
        before = cluster.state();
    }

    @AfterEach
    void stop() {
        server.close();
        cluster.close();
    }

    private List<String> all(boolean paths) {
        return server.pathsAndCalls().stream()
                .filter(each -> each.startsWith("/") == paths)
                .toList();
    }

    private String any(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }

    private String junk(int most) {
        byte[] bytes = new byte[random.nextInt(most + 1)];
        random.nextBytes(bytes);
        return new String(bytes, ISO_8859_1);
    }

    private static long usedHeapBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** After a fifth of the rounds everything is loaded and compiled, and caches are full. */
    private void watchMemory(int round) {
        if (round == ROUNDS / 5) {
            heapBytes = usedHeapBytes();
        }
    }

    private void assertNothingHappened() {
        assertThat(usedHeapBytes() - heapBytes)
                .as("seed %d: growth of the heap", seed)
                .isLessThan(HEAP_GROWTH_BYTES_MAX);
        assertThat(cluster.state()).as("seed %d", seed).isEqualTo(before);
    }

    @Test
    void everyPath() throws IOException {
        List<String> paths = all(true);
        assertThat(paths).hasSizeGreaterThan(25).contains("/servers", "/v1/tokens/:token", "/v1/watch");
        Map<Integer, Integer> statuses = new TreeMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            watchMemory(round);
            String path = round < paths.size() * 8 ? paths.get(round / 8) : any(paths);
            byte[] request = request(path, round);
            String answer = exchange(request);
            Matcher status = STATUS_LINE.matcher(answer);
            int answered = 0;
            while (status.find()) {
                statuses.merge(Integer.parseInt(status.group(1)), 1, Integer::sum);
                answered++;
            }
            assertThat(answered == 0 || STATUSES.containsAll(statuses.keySet()))
                    .as("seed %d, round %d: %s was answered %s", seed, round, new String(request, ISO_8859_1), answer)
                    .isTrue();
        }
        System.out.println("answers " + statuses);
        assertThat(statuses.get(401)).isGreaterThan(ROUNDS / 4);
        assertNothingHappened();
    }

    /** The first ones are requests as they should be, one of each method. */
    private byte[] request(String pattern, int round) {
        List<String> methods = List.of("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "BREW");
        boolean plain = round < all(true).size() * 8;
        String method = plain ? methods.get(round % 8) : random.nextInt(9) == 0 ? junk(6) : any(methods);
        StringBuilder path = new StringBuilder();
        for (String part : pattern.substring(1).split("/", -1)) {
            path.append('/').append(part.startsWith(":") ? plain ? "default" : segment() : part);
        }
        if (!plain && random.nextInt(4) == 0) {
            path.insert(
                    random.nextInt(path.length()), any(List.of("//", "/../", "%2f", "%", "%00", "é", ";a=b", "\\")));
        }
        if (random.nextBoolean()) {
            path.append('?').append(any(List.of("wait=applied", "a", "consistency=stale", "a=%", "&&", "limit=9999")));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        for (int i = random.nextInt(4); i > 0; i--) {
            head.append(field(plain)).append("\r\n");
        }
        byte[] body = method.equals("GET") || method.equals("HEAD") ? new byte[0] : Mutations.of(random);
        boolean chunked = random.nextInt(4) == 0;
        if (chunked) {
            head.append("Transfer-Encoding: chunked\r\n");
        } else if (body.length > 0) {
            int lie = plain || random.nextInt(8) > 0 ? 0 : random.nextInt(9) - 4;
            head.append("Content-Length: ")
                    .append(Math.max(0, body.length + lie))
                    .append("\r\n");
        }
        out.writeBytes(head.append("\r\n").toString().getBytes(ISO_8859_1));
        if (chunked) {
            out.writeBytes((Integer.toHexString(body.length) + "\r\n").getBytes(ISO_8859_1));
            out.writeBytes(body);
            out.writeBytes((body.length == 0 ? "\r\n" : "\r\n0\r\n\r\n").getBytes(ISO_8859_1));
        } else {
            out.writeBytes(body);
        }
        return plain || random.nextInt(3) > 0 ? out.toByteArray() : mutated(out.toByteArray());
    }

    private String segment() {
        return any(List.of("default", "web", "a%20b", "%2e%2e", "..", "1", "x".repeat(300), "127.0.0.1:80", "é"));
    }

    private String field(boolean plain) {
        String value = plain ? "x" : junk(40).replaceAll("[\r\n]", "");
        return any(List.of(
                "Authorization: Bearer weldr_" + "0".repeat(49),
                "Authorization: " + value,
                "Expect: 100-continue",
                "Cookie: session=" + value,
                "X-Forwarded-For: 127.0.0.1",
                "Weldr-Reason: " + value,
                "If-Match: \"" + value + "\"",
                "Idempotency-Key: " + value,
                "Origin: https://evil.example",
                "Connection: keep-alive, Upgrade",
                "Upgrade: h2c",
                "Last-Event-ID: " + value,
                "Content-Encoding: gzip",
                "X: " + "y".repeat(random.nextInt(20_000))));
    }

    private byte[] mutated(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = random.nextInt(bytes.length);
        out.write(bytes, 0, at);
        switch (random.nextInt(4)) {
            case 0 -> out.write(random.nextInt(256));
            case 1 -> out.writeBytes(junk(30).getBytes(ISO_8859_1));
            case 2 -> at = Math.min(bytes.length, at + 1 + random.nextInt(20)); // cut
            default -> at = bytes.length; // nothing more
        }
        out.write(bytes, at, bytes.length - at);
        return out.toByteArray();
    }

    private String exchange(byte[] request) throws IOException {
        try (Socket socket = new Socket(
                server.httpAddress().getAddress(), server.httpAddress().getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(request);
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        } catch (java.net.SocketException reset) {
            return ""; // bytes were left that nobody wanted
        }
    }

    @Test
    void everyCall() throws IOException {
        List<String> calls = all(false);
        assertThat(calls)
                .hasSizeGreaterThan(45)
                .contains(
                        "weldr.admin.v1.Admin/CreateToken",
                        "weldr.admin.v1.MemberToMember/Call",
                        "grpc.health.v1.Health/Watch",
                        "grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
        Map<String, Integer> seen = new TreeMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            watchMemory(round);
            RawHttp2 client = new RawHttp2();
            int streams = round < calls.size() ? 1 : 1 + random.nextInt(8);
            List<String> called = new ArrayList<>();
            for (int i = 0; i < streams; i++) {
                String call = round < calls.size() ? calls.get(round) : any(calls);
                called.add(call);
                client.call(fields(call, round < calls.size()), message());
            }
            client.ping();
            boolean broken = round >= calls.size() && random.nextInt(4) == 0;
            byte[] bytes = broken ? cut(client.bytes()) : client.bytes();
            Answers answers = client.exchange(server.grpcAddress(), bytes, streams);
            for (Answer answer : answers.streams().values()) {
                seen.merge(answer.status() + " " + answer.grpcStatus(), 1, Integer::sum);
                assertThat(answer.toString())
                        .as("seed %d, round %d, calls %s", seed, round, called)
                        .matches(TELLS_NOTHING);
            }
            // Only what is no call of gRPC is answered with a body, which says so.
            assertThat(answers.data())
                    .as("seed %d, round %d, calls %s", seed, round, called)
                    .matches(NO_CALL);
        }
        seen.forEach((answer, times) -> System.out.println(times + " " + answer));
        assertNothingHappened();
    }

    private List<String> fields(String call, boolean plain) {
        List<String> fields = new ArrayList<>(List.of(
                ":method",
                plain || random.nextInt(20) > 0 ? "POST" : any(List.of("GET", "PUT", "X")),
                ":scheme",
                "http",
                ":authority",
                "localhost",
                ":path",
                plain || random.nextInt(20) > 0 ? "/" + call : "/" + any(List.of("", "x", "a/b", call + "x"))));
        fields.addAll(List.of(
                "content-type",
                plain || random.nextInt(20) > 0
                        ? "application/grpc"
                        : any(List.of("text/plain", "application/grpc+json", "application/grpc-web", ""))));
        fields.addAll(List.of("te", "trailers"));
        for (int i = plain ? 0 : random.nextInt(4); i > 0; i--) {
            String value = junk(30).replaceAll("[^ -~]", "");
            fields.addAll(any2(
                    "authorization",
                    "Bearer " + value,
                    "authorization",
                    value,
                    "weldr-reason",
                    value,
                    "weldr-reason-bin",
                    "w7xi",
                    "weldr-reason-bin",
                    value,
                    "grpc-timeout",
                    any(List.of("1S", "0n", "99999999H", value)),
                    "grpc-encoding",
                    any(List.of("identity", "gzip", "zip")),
                    "grpc-accept-encoding",
                    "gzip",
                    "x-forwarded-for",
                    "127.0.0.1",
                    "x",
                    "y".repeat(random.nextInt(9000))));
        }
        return fields;
    }

    private List<String> any2(String... pairs) {
        int at = random.nextInt(pairs.length / 2) * 2;
        return List.of(pairs[at], pairs[at + 1]);
    }

    /** A message in its frame of gRPC, or what looks like one. */
    private byte[] message() {
        byte[] body = new byte[random.nextInt(300)];
        random.nextBytes(body);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int length = random.nextInt(6) == 0 ? random.nextInt() : body.length;
        out.writeBytes(new byte[] {
            (byte) random.nextInt(3), (byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length
        });
        out.writeBytes(body);
        return random.nextInt(5) == 0 ? new byte[0] : out.toByteArray();
    }

    /** Changes bytes behind the preface, and ends with a frame that ends each connection. */
    private byte[] cut(byte[] bytes) {
        byte[] changed = bytes.clone();
        for (int i = random.nextInt(5); i >= 0; i--) {
            changed[33 + random.nextInt(changed.length - 33)] = (byte) random.nextInt(256);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(changed);
        out.writeBytes(new byte[20_000]); // no frame is like that, wherever it begins
        for (int i = 0; i < 40; i++) {
            out.writeBytes(new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, 0, 0, 0, 0, 0, 1});
        }
        return out.toByteArray();
    }
}
