package io.weldr.api.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Bodies that are nearly right. */
public final class Mutations {
    private static final List<String> SEEDS = List.of(
            "{\"url\":\"http://127.0.0.1:12345\"}",
            "{\"url\":\"https://[2001:db8::1]:8443\",\"id\":\"web-1\",\"weight\":3,\"host\":\"rewrite\"}",
            "{\"url\":\"http://a.example\",\"health\":{\"path\":\"/up\",\"method\":\"HEAD\",\"expect\":\"200-299,401\","
                    + "\"interval\":\"30s\",\"timeout\":2,\"failures\":3,\"passes\":2,\"initial\":\"down\"}}",
            "{\"weight\":1,\"admin\":\"draining\",\"drainFor\":\"30s\"}",
            "{\"admin\":\"draining\",\"drainDeadline\":\"2026-01-31T12:00:00Z\",\"health\":null}",
            "{\"interval\":\"250ms\",\"timeout\":0.1,\"failures\":1}");

    private static final List<String> SPLICES = List.of(
            "{",
            "}",
            "[",
            "]",
            "\"",
            ":",
            ",",
            "null",
            "true",
            "-1",
            "1e999",
            "0.5",
            "\\u0000",
            "\\ud800",
            "\"url\":",
            "9999999999999999999999999",
            "{\"a\":",
            "\\",
            "\n",
            "\u0000",
            "é",
            "🦊",
            "-0",
            "1e-999",
            "65536",
            "http://",
            "[::ffff:1.2.3.4]",
            "NaN",
            "//",
            "/*",
            "'",
            "\ufeff");

    private Mutations() {}

    /** A body that was changed in at most three places. */
    public static byte[] of(Random random) {
        return of(random, SEEDS);
    }

    /** One of these bodies, changed in at most three places. */
    public static byte[] of(Random random, List<String> seeds) {
        byte[] body = seeds.get(random.nextInt(seeds.size())).getBytes(UTF_8);
        int changes = random.nextInt(4);
        for (int i = 0; i < changes && body.length > 0; i++) {
            body = change(body, random);
        }
        return body;
    }

    private static byte[] change(byte[] body, Random random) {
        int at = random.nextInt(body.length);
        int end = at + random.nextInt(Math.min(8, body.length - at) + 1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(body, 0, at);
        switch (random.nextInt(5)) {
            case 0 -> out.write(random.nextInt(256));
            case 1 -> out.writeBytes(SPLICES.get(random.nextInt(SPLICES.size())).getBytes(UTF_8));
            case 2 -> {
                out.writeBytes(Arrays.copyOfRange(body, at, end));
                out.writeBytes(Arrays.copyOfRange(body, at, end));
            }
            case 3 -> out.writeBytes(SEEDS.get(random.nextInt(SEEDS.size())).getBytes(UTF_8));
            default -> {} // cut
        }
        out.write(body, end, body.length - end);
        return out.toByteArray();
    }
}
