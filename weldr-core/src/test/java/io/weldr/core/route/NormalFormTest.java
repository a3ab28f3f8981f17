package io.weldr.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NormalFormTest {
    private final MatchScratch scratch = new MatchScratch();

    @ParameterizedTest
    @CsvSource({
        "/, /",
        "/a/b, /a/b",
        "/a/, /a/",
        "/%61%2D%7e, /a-~",
        "/a%2fb, ",
        "/a%2Fb, ",
        "/a%5cb, ",
        "/a\\b, ",
        "/a/.., ",
        "/a/..;/b, ",
        "/a/.;x=1, ",
        "/a/..b;x, /a/..b;x",
        "//, ",
        "/a/./b, ",
        "/a/.., ",
        "/a/..;/b, ",
        "/a/.;x=1, ",
        "/a/..b;x, /a/..b;x",
        "/a/%2e%2E/b, ",
        "/%2e, ",
        "/a/..., /a/...",
        "/..a/.b, /..a/.b",
        "/%c3%bc, /%C3%BC",
        "/a%3f%23, /a%3F%23",
        "/%2, ",
        "/%, ",
        "/%2x, ",
        "/%252e%252e, /%252e%252e",
        "/a;b=c/{d}|e, /a;b=c/{d}|e",
    })
    void aPathHasOneFormOrIsAmbiguous(String path, String expected) {
        assertThat(Paths.normal(path)).isEqualTo(expected);
        scratch.set(WrittenRequest.get("h", path).view());
        assertThat(scratch.path.isAmbiguous()).isEqualTo(expected == null);
        assertThat(scratch.path.text()).isEqualTo(expected == null ? path : expected);
    }

    @Test
    void digitsOfOtherScriptsAreNoHexDigits() {
        assertThat(Paths.normal("/%\uff14\uff11")).isNull();
        assertThat(Paths.normal("/\u00fc")).isNull();
    }

    @Test
    void randomPathsHaveTheFormThatTheRuleGivesThem() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<String> parts = List.of(
                "/", "/", ".", "a", "~", "%61", "%2e", "%2F", "%5c", "%20", "%e3", "%", "%4", "\\", "A", "b", "\u0001",
                "\u007f", "\u0080", "?", "#");
        for (int i = 0; i < 50_000; i++) {
            StringBuilder path = new StringBuilder("/");
            for (int k = random.nextInt(7); k > 0; k--) {
                path.append(parts.get(random.nextInt(parts.size() - (random.nextInt(5) == 0 ? 0 : 10))));
            }
            String expected = GatewayModel.normal(path.toString());
            assertThat(Paths.normal(path.toString()))
                    .as("seed %d: %s", seed, path)
                    .isEqualTo(expected);
            scratch.set(WrittenRequest.get("h", path.toString()).view());
            assertThat(scratch.path.isAmbiguous()).as("seed %d: %s", seed, path).isEqualTo(expected == null);
            if (expected != null) {
                assertThat(scratch.path.text()).isEqualTo(expected);
                assertThat(Paths.normal(expected))
                        .as("the normal form of a normal form")
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void aPathThatIsTooLongIsAmbiguous() {
        String longest = "/" + "a".repeat(PathForm.BYTES_MAX - 1);
        scratch.set(WrittenRequest.get("h", longest).view());
        assertThat(scratch.path.isAmbiguous()).isFalse();
        scratch.set(WrittenRequest.get("h", longest + "a").view());
        assertThat(scratch.path.isAmbiguous()).isTrue();
        scratch.set(WrittenRequest.get("h", "/".repeat(2 * PathForm.BYTES_MAX)).view());
        assertThat(scratch.path.isAmbiguous()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "Shop.Example.COM, shop.example.com",
        "shop.example.com:8080, shop.example.com",
        "shop.example.com., shop.example.com",
        "shop.example.com.:80, shop.example.com",
        "192.0.2.1:80, 192.0.2.1",
        "[2001:DB8:0:0::1]:80, 2001:db8::1",
        "[::ffff:192.0.2.1], ::ffff:c000:201",
        "[1:2:3], ''",
        "[::1, ''",
        "[::1]x, ''",
        "'', ''",
    })
    void aHostHasOneForm(String host, String expected) {
        scratch.set(WrittenRequest.get(host, "/").view());
        assertThat(scratch.host.text()).isEqualTo(expected);
    }

    @Test
    void aHostThatNoNameCanBeIsNone() {
        scratch.set(WrittenRequest.get("a.".repeat(126) + "b", "/").view());
        assertThat(scratch.host.length()).isEqualTo(253);
        assertThat(scratch.host.suffixes()).isEqualTo(126);
        scratch.set(WrittenRequest.get("a.".repeat(126) + "bc", "/").view());
        assertThat(scratch.host.length()).isZero();
        scratch.set(WrittenRequest.get(".".repeat(253) + "b.c", "/").view());
        assertThat(scratch.host.length()).isZero();
        scratch.set(WrittenRequest.get(".".repeat(250) + "b.c", "/").view());
        assertThat(scratch.host.isBelow(Octets.utf8("b.c"))).isTrue();
    }

    /** The form of an address in a request is that of the address in a route. */
    @Test
    void randomAddressesHaveTheFormThatRoutesHave() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<String> parts = List.of(
                ":",
                ":",
                "::",
                "0",
                "0",
                "1",
                "ffff",
                "AbC",
                "00",
                "1.2.3.4",
                "0.0.0.0",
                "256.1.1.1",
                "01.2.3.4",
                "g",
                "12345",
                ":0:0:0:",
                "1.2.3");
        int literals = 0;
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int k = 2 + random.nextInt(14); k > 0; k--) {
                text.append(parts.get(
                        k % 2 == 0 && random.nextInt(3) > 0
                                ? 0
                                : random.nextInt(random.nextInt(4) == 0 ? parts.size() : 8)));
            }
            String expected;
            try {
                HostPort parsed = HostPort.parse("[" + text + "]", 1);
                expected = parsed.host();
                literals++;
            } catch (IllegalArgumentException e) {
                expected = "";
            }
            scratch.set(WrittenRequest.get("[" + text + "]:80", "/").view());
            assertThat(scratch.host.text()).as("seed %d: %s", seed, text).isEqualTo(expected);
        }
        assertThat(literals).isGreaterThan(500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "ü€😀z", "\u0000\u07ff\u0800\uffff"})
    void textsGoToUtf8AndBack(String text) {
        byte[] bytes = Octets.utf8(text);
        assertThat(bytes).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
        assertThat(Octets.text(bytes, 0, bytes.length)).isEqualTo(text);
    }

    @Test
    void bytesThatAreNoTextAreReadAsReplacements() {
        byte[] bytes = {'a', (byte) 0xc3, 'b', (byte) 0xff, (byte) 0xe2, (byte) 0x82};
        assertThat(Octets.text(bytes, 0, bytes.length)).isEqualTo("a\ufffdb\ufffd\ufffd\ufffd");
        byte[] surrogate = {(byte) 0xed, (byte) 0xa0, (byte) 0x80};
        assertThat(Octets.text(surrogate, 0, 3)).isEqualTo("\ufffd".repeat(3));
        byte[] overlong = {(byte) 0xe0, (byte) 0x80, (byte) 0xaf};
        assertThat(Octets.text(overlong, 0, 3)).isEqualTo("\ufffd".repeat(3));
        byte[] beyond = {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80};
        assertThat(Octets.text(beyond, 0, 4)).isEqualTo("\ufffd".repeat(4));
        assertThat(Octets.utf8("a\ud800")).isEqualTo(new byte[] {'a', '?'});
    }

    @Test
    void aSampleShowsTheSameAsAHead() {
        RequestView sample = new SampleView(new RouteTest.SampleRequest(
                "POST",
                "https://Shop.test:8443/a%20b?q=1&r",
                List.of(
                        new HeaderEdits.HeaderValue("X-One", "1"),
                        new HeaderEdits.HeaderValue("x-two", "2"),
                        new HeaderEdits.HeaderValue("x-one", "3")),
                "10.1.2.3"));
        assertThat(range(sample, sample.methodStart(), sample.methodEnd())).isEqualTo("POST");
        assertThat(range(sample, sample.hostStart(), sample.hostEnd())).isEqualTo("Shop.test:8443");
        assertThat(range(sample, sample.pathStart(), sample.pathEnd())).isEqualTo("/a%20b");
        assertThat(range(sample, sample.pathEnd(), sample.targetEnd())).isEqualTo("?q=1&r");
        byte[] name = Octets.utf8("x-one");
        int first = sample.find(name, 0);
        int second = sample.find(name, first + 1);
        assertThat(List.of(first, second, sample.find(name, second + 1))).isEqualTo(Arrays.asList(0, 2, -1));
        assertThat(range(sample, sample.valueStart(2), sample.valueEnd(2))).isEqualTo("3");
        assertThat(sample.clientAddress()).isEqualTo(new byte[] {10, 1, 2, 3});
    }

    private static String range(RequestView view, int from, int to) {
        return Octets.text(view.bytes(), from, to);
    }
}
