package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import io.weldr.core.port.Traffic.Count;
import io.weldr.proxy.net.Transport;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same proxy on whatever the machine offers, with more than one worker. */
class TransportsIT {

    private static boolean available(Transport transport) {
        return switch (transport) {
            case EPOLL -> Epoll.isAvailable();
            case IO_URING -> IoUring.isAvailable();
            case AUTO, NIO -> true;
        };
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void severalWorkersServeManyConnections(Transport transport) {
        assumeThat(available(transport)).as("%s on this machine", transport).isTrue();
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy =
                        TestProxy.with(settings -> settings.transport(transport).workers(3), origin)) {
            List<Wire> clients = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                clients.add(proxy.connect());
            }
            for (int round = 0; round < 5; round++) {
                for (Wire client : clients) {
                    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
                }
                for (Wire client : clients) {
                    assertThat(client.readMessage()).endsWith("\r\n\r\nok");
                }
            }
            await().untilAsserted(() -> assertThat(proxy.traffic().client()).isEqualTo(new Count(150, 0)));
            assertThat(origin.requests()).hasSize(150).allMatch(request -> request.endsWith("\r\n\r\nhello"));
            clients.forEach(Wire::close);
        }
    }
}
