package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.testing.RefusingPort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request is sent once more only where that does no harm, and then it is the same to the last byte. */
class ReplayIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    /** Answers the first request of each connection; after the second one it says so much and ends. */
    private static RawOrigin dyingOnReuse(String lastWords) {
        return RawOrigin.serving((wire, self) -> {
            self.next(wire);
            wire.send(RawOrigin.OK);
            self.next(wire);
            wire.send(lastWords);
        });
    }

    @Test
    void aPostGoesElsewhereWhenTheConnectionWasRefused() {
        try (RefusingPort refusing = new RefusingPort();
                RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            proxy.add("http://127.0.0.1:" + refusing.number());
            for (int i = 1; i <= 2; i++) { // one of them has the other origin's turn
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
                assertThat(client.readMessage()).startsWith("HTTP/1.1 200 ").endsWith("ok");
                assertThat(origin.requests()).hasSize(i);
                assertThat(origin.requests().get(i - 1)).endsWith("\r\n\r\nhi");
            }
            assertThat(proxy.traffic().server().failed()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE /x HTTP/1.1|Host: a||",
                "PUT /x HTTP/1.1|Host: a|Content-Length: 5||hello",
                "PUT /x HTTP/1.1|Host: a|Transfer-Encoding: chunked||5;a=b|hello|0|Sum: 1||",
            })
    void anIdempotentRequestIsTheSameTheSecondTime(String request) {
        try (RawOrigin origin = dyingOnReuse("");
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            assertThat(client.send(GET).readMessage()).endsWith("ok");
            String text = request.replace("|", "\r\n");
            assertThat(client.send(text).readMessage()).endsWith("ok");
            assertThat(origin.requests()).hasSize(3);
            assertThat(origin.requests().get(1))
                    .endsWith(text.substring(text.indexOf("\r\n\r\n")))
                    .isEqualTo(origin.requests().get(2));
        }
    }

    @Test
    void aLargeBodyIsTheSameTheSecondTime() {
        String body = "0123456789".repeat(600); // more than is copied behind the head, and still one read
        try (RawOrigin origin = dyingOnReuse("");
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            assertThat(client.send(GET).readMessage()).endsWith("ok");
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            String answer = client.readMessage();
            // Where the body came in two reads it cannot be sent again, and the client is told.
            assertThat(answer).matches("(?s)HTTP/1\\.1 (200|502) .*");
            assertThat(origin.requests()).hasSize(answer.startsWith("HTTP/1.1 200") ? 3 : 2);
            assertThat(origin.requests().get(1)).endsWith("\r\n\r\n" + body);
            assertThat(origin.requests().get(origin.requests().size() - 1))
                    .isEqualTo(origin.requests().get(1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"H", "HTTP/1.1 200 OK\r\nCon", "HTTP/1.1 100 Continue\r\n\r\n"})
    void aRequestThatWasAnsweredInPartIsNeverSentTwice(String lastWords) {
        try (RawOrigin origin = dyingOnReuse(lastWords);
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            assertThat(client.send(GET).readMessage()).endsWith("ok");
            client.send(GET);
            String answer = client.readMessage();
            if (answer.startsWith("HTTP/1.1 100 ")) {
                answer = client.readMessage();
            }
            assertThat(answer).startsWith("HTTP/1.1 502 Bad Gateway\r\n");
            assertThat(origin.requests()).hasSize(2);
            assertThat(origin.connections()).isEqualTo(1);
        }
    }
}
