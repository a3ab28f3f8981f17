package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9110 section 7.8: who asks for another protocol, who may switch to it, and whose the bytes behind are. */
class UpgradesIT {

    private static String upgrade(String protocols) {
        return "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: " + protocols + "\r\n\r\n";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "websocket # Connection: Upgrade|Upgrade: websocket # 101",
                "websocket # Connection: keep-alive, upgrade|Upgrade: WebSocket # 101",
                "foo/2, bar # Connection: upgrade|Upgrade: bar # 101",
                "foo/2, bar # Connection: upgrade|Upgrade: foo/2,bar # 101",
                "websocket # Connection: upgrade|Upgrade: h2c # 502",
                "websocket # Connection: upgrade|Upgrade: websocket, h2c # 502",
                "websocket # Connection: upgrade|Upgrade: websocketx # 502",
                "foo/2 # Connection: upgrade|Upgrade: foo/1 # 502",
                "foo/2 # Connection: upgrade|Upgrade: foo # 502",
                "websocket # Upgrade: websocket # 502",
                "websocket # Connection: close|Upgrade: websocket # 502",
                "websocket # Connection: upgrade # 502",
                "websocket # Connection: upgrade|Upgrade: # 502",
                "websocket # Connection: upgrade|Upgrade: websocket h2c # 502",
            })
    void anOriginSwitchesToWhatWasAskedForAndSaysSo(String asked, String answered, int status) {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send("HTTP/1.1 101 Switching Protocols\r\n" + answered.replace("|", "\r\n") + "\r\n\r\nhi");
                    self.remember("then: " + wire.readToEnding().text());
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send(upgrade(asked));
            if (status == 101) {
                assertThat(client.readHead()).startsWith("HTTP/1.1 101 Switching Protocols\r\n");
                assertThat(client.read(2)).isEqualTo("hi");
            } else {
                assertThat(client.readMessage()).startsWith("HTTP/1.1 502 Bad Gateway\r\n");
            }
        }
    }

    @Test
    void whatIsSentBehindAnUpgradeIsARequestWhenItIsDeclined() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send(upgrade("echo") + "GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readMessage()).endsWith("\r\n\r\nok");
            assertThat(client.readMessage()).endsWith("\r\n\r\nok");
            assertThat(origin.requests()).hasSize(2);
            assertThat(origin.requests().get(1)).startsWith("GET /second HTTP/1.1\r\n");
        }
    }

    @Test
    void whatIsSentBehindAnUpgradeIsTheOtherProtocolWhenItIsAccepted() {
        String behind = "GET /second HTTP/1.1\r\nHost: a\r\n\r\n\0\u00ff";
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
                    wire.send(wire.read(behind.length()));
                    self.remember("end: " + wire.readToEnd());
                    wire.send("bye");
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send(upgrade("echo") + behind);
            assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
            assertThat(client.read(behind.length())).isEqualTo(behind);
            client.endOutput();
            assertThat(client.readToEnd()).isEqualTo("bye");
            assertThat(origin.requests()).hasSize(2);
            assertThat(origin.requests().get(1)).isEqualTo("end: ");
        }
    }
}
