package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.proxy.H2Client.Response;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Calls of gRPC: what weldr answers itself is told as gRPC has it, and what an origin answers is left alone. */
class H2GrpcIT {

    private static Response call(H2Client client, int stream, String... more) {
        String[] fields = new String[4 + more.length];
        fields[0] = "content-type";
        fields[1] = "application/grpc+proto";
        fields[2] = "te";
        fields[3] = "trailers";
        System.arraycopy(more, 0, fields, 4, more.length);
        return client.request(stream, false, "POST", "/a.Service/Call", fields)
                .data(stream, "\0\0\0\0\2hi", true)
                .response(stream);
    }

    @Test
    void anAnswerOfTheOriginPassesWithItsTrailers() {
        try (RawOrigin origin = RawOrigin.answering("HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n7\r\n\0\0\0\0\2ok\r\n0\r\ngrpc-status: 5\r\n"
                        + "grpc-message: not there\r\n\r\n");
                TestProxy proxy = H2RequestsIT.speaking(origin);
                H2Client client = H2Client.of(proxy)) {
            Response response = call(client, 1);
            assertThat(response.status()).isEqualTo("200");
            assertThat(response.text()).endsWith("ok").hasSize(7);
            assertThat(response.trailer("grpc-status")).isEqualTo("5");
            assertThat(response.trailer("grpc-message")).isEqualTo("not there");
            assertThat(origin.requests().get(0)).contains("\r\nTE: trailers\r\n");
        }
    }

    @Test
    void failuresAreStatusesOfTheCall() {
        try (TestProxy proxy = H2RequestsIT.speaking();
                H2Client client = H2Client.of(proxy)) {
            Response response = call(client, 1);
            assertThat(response.status()).isEqualTo("200");
            assertThat(response.field("content-type")).isEqualTo("application/grpc");
            assertThat(response.field("grpc-status")).isEqualTo("14");
            assertThat(response.field("grpc-message")).isEqualTo("no origin is up");
            assertThat(response.text()).isEmpty();
            assertThat(response.ended).isTrue();
            Response web = client.request(3, true, "POST", "/", "content-type", "application/grpc-web")
                    .response(3);
            assertThat(web.status()).isEqualTo("503");
        }
    }

    @Test
    void aCallEndsWhenItsClientHasGivenUp() {
        CountDownLatch over = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    if (wire.atEnd()) {
                        over.countDown();
                    }
                });
                TestProxy proxy = H2RequestsIT.speaking(origin);
                H2Client client = H2Client.of(proxy)) {
            Response response = call(client, 1, "grpc-timeout", "200m");
            assertThat(response.field("grpc-status")).isEqualTo("4");
            await().until(() -> over.getCount() == 0);
        }
    }
}
