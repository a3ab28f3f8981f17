package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.testing.Ports;
import org.junit.jupiter.api.Test;

/** A listener that answers every request with a redirect to https. */
class RedirectToHttpsIT {

    private static String location(String answer) {
        return answer.lines()
                .filter(line -> line.startsWith("Location: "))
                .map(line -> line.substring(10))
                .findFirst()
                .orElse("none of " + answer);
    }

    @Test
    void everyRequestGoesToTheSameHostAndTarget() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            TestListener listener =
                    TestListener.http("web", Ports.free()).redirectingTo(443).putTo(proxy);
            String end = " HTTP/1.1\r\nHost: a.example:8080\r\n\r\n";
            String answer = listener.exchange("GET /a/b?c=%20d" + end);
            assertThat(answer).startsWith("HTTP/1.1 308 ").contains("Content-Length: 0\r\n");
            assertThat(location(answer)).isEqualTo("https://a.example/a/b?c=%20d");
            assertThat(location(listener.exchange("OPTIONS *" + end))).isEqualTo("https://a.example/");
            assertThat(location(listener.exchange("GET http://b.example:81?x" + end)))
                    .isEqualTo("https://b.example/?x");
            assertThat(location(listener.exchange("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n")))
                    .isEqualTo("https://[::1]/");
            assertThat(listener.exchange("POST /x HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\n\r\nhi"))
                    .startsWith("HTTP/1.1 308 ");
            TestListener other =
                    TestListener.http("other", Ports.free()).redirectingTo(8443).putTo(proxy);
            try (Wire wire = other.connect()) {
                assertThat(location(wire.send("GET /1" + end).readMessage())).isEqualTo("https://a.example:8443/1");
                assertThat(location(wire.send("GET /2" + end).readMessage())).isEqualTo("https://a.example:8443/2");
            }
            assertThat(origin.requests()).isEmpty();
            assertThat(proxy.exchange("GET /" + end)).startsWith("HTTP/1.1 200");
        }
    }
}
