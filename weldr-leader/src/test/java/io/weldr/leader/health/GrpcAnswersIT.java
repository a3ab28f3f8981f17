package io.weldr.leader.health;

import static io.weldr.leader.health.Probing.PATIENT;
import static io.weldr.leader.health.Probing.SHORT;
import static io.weldr.leader.health.Probing.failed;
import static io.weldr.leader.health.Probing.passed;
import static io.weldr.leader.health.Probing.within;
import static io.weldr.leader.health.ScriptedHttp2.data;
import static io.weldr.leader.health.ScriptedHttp2.head;
import static io.weldr.leader.health.ScriptedHttp2.reset;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Frame;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.HealthPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers to a probe of type grpc that no library gives, but a proxy or a broken origin may. */
class GrpcAnswersIT {
    private static final String[] HEAD = {":status", "200", "content-type", "application/grpc+proto"};

    private final Probing probing = new Probing();
    private final Prober prober = probing.prober(null);

    @AfterEach
    void stop() throws Exception {
        probing.close();
    }

    private ProbeResult answered(Supplier<List<Http2Frame>> answer) throws Exception {
        return answered(PATIENT, answer);
    }

    private ProbeResult answered(Duration timeout, Supplier<List<Http2Frame>> answer) throws Exception {
        HealthPolicy policy = within(timeout).type(HealthPolicy.Type.GRPC).build();
        try (ScriptedHttp2 origin = new ScriptedHttp2(answer)) {
            return Probing.probe(prober, origin.url(), policy);
        }
    }

    private static Http2Frame ok() {
        return head(true, "grpc-status", "0");
    }

    @Test
    void aMessageInPiecesBehindAnInterimAnswerPasses() throws Exception {
        assertThat(answered(() -> List.of(
                        head(false, ":status", "103", "link", "</x>"),
                        head(false, HEAD),
                        data(false, 0, 0, 0),
                        data(false, 0, 2, 8),
                        data(false, 1),
                        ok())))
                .isEqualTo(passed("SERVING"));
    }

    @Test
    void fieldsOfALaterVersionArePassedOver() throws Exception {
        assertThat(answered(() -> List.of(head(false, HEAD), data(false, 0, 0, 0, 0, 4, 8, 1, 16, 7), ok())))
                .isEqualTo(passed("SERVING"));
        assertThat(answered(() -> List.of(head(false, HEAD), data(false, 0, 0, 0, 0, 2, 8, 9), ok())))
                .isEqualTo(failed("status 9"));
    }

    @Test
    void anEmptyMessageIsUnknown() throws Exception {
        assertThat(answered(() -> List.of(head(false, HEAD), data(false, 0, 0, 0, 0, 0), ok())))
                .isEqualTo(failed("UNKNOWN"));
    }

    @Test
    void aProxyThatAnswersInItsOwnNameIsTold() throws Exception {
        assertThat(answered(() -> List.of(head(true, ":status", "503", "content-type", "text/html"))))
                .isEqualTo(failed("HTTP status \"503\" (expected: 200)"));
        assertThat(answered(() -> List.of(head(false, ":status", "200", "content-type", "text/html"), data(true, 'x'))))
                .isEqualTo(failed("content-type \"text/html\" (expected: application/grpc)"));
        assertThat(answered(() -> List.of(head(true, ":status", "200"))))
                .isEqualTo(failed("no content-type (expected: application/grpc)"));
    }

    @Test
    void theStatusOfTheCallDecidesWhateverTheMessage() throws Exception {
        assertThat(answered(() ->
                        List.of(head(false, HEAD), data(false, 0, 0, 0, 0, 2, 8, 1), head(true, "grpc-status", "14"))))
                .isEqualTo(failed("gRPC status UNAVAILABLE"));
        assertThat(answered(() ->
                        List.of(head(true, ":status", "200", "content-type", "application/grpc", "grpc-status", "7"))))
                .isEqualTo(failed("gRPC status PERMISSION_DENIED"));
    }

    @Test
    void whatIsNoAnswerOfGrpcFails() throws Exception {
        assertThat(answered(() -> List.of(head(false, HEAD), data(true, 0, 0, 0, 0, 2, 8, 1))))
                .isEqualTo(failed("no grpc-status in the answer"));
        assertThat(answered(() -> List.of(head(false, HEAD), head(true, "grpc-status", "x"))))
                .isEqualTo(failed("grpc-status \"x\" (expected: a number)"));
        assertThat(answered(() -> List.of(head(false, HEAD), ok())))
                .isEqualTo(failed("not a message of gRPC in the answer"));
        assertThat(answered(() -> List.of(head(false, HEAD), data(false, 1, 0, 0, 0, 2, 8, 1), ok())))
                .as("compressed")
                .isEqualTo(failed("not a message of gRPC in the answer"));
        assertThat(answered(() -> List.of(head(false, HEAD), data(false, 0, 0, 0, 0, 2, 8, 1, 0), ok())))
                .as("and something behind it")
                .isEqualTo(failed("not a message of gRPC in the answer"));
        assertThat(answered(() -> List.of(head(false, HEAD), data(false, 0, 0, 0, 0, 2, 8, 255), ok())))
                .isEqualTo(failed("not a message of grpc.health.v1 in the answer"));
        assertThat(answered(() -> List.of(head(false, HEAD), data(false, new int[16 * 1024]), ok())))
                .isEqualTo(failed("a message of more than 4096 bytes"));
    }

    @Test
    void aStreamThatIsResetOrDoesNotEndIsTold() throws Exception {
        assertThat(answered(() -> List.of(reset(Http2Error.REFUSED_STREAM))))
                .isEqualTo(failed("stream reset: REFUSED_STREAM"));
        assertThat(answered(SHORT, () -> List.of(head(false, HEAD), data(false, 0, 0, 0, 0, 2, 8, 1))))
                .isEqualTo(failed("no answer within 1 s"));
        String[] huge = new String[2000];
        for (int i = 0; i < huge.length; i += 2) {
            huge[i] = "x-field-" + i;
            huge[i + 1] = "x".repeat(100);
        }
        huge[0] = ":status";
        huge[1] = "200";
        assertThat(answered(() -> List.of(head(true, huge))).passed()).isFalse();
    }

    @Test
    void randomOctetsNeverHangOrBreakAProbe() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        HealthPolicy policy = within(PATIENT).type(HealthPolicy.Type.GRPC).build();
        byte[] settings = {0, 0, 0, 4, 0, 0, 0, 0, 0};
        try (RawServer origin = new RawServer(socket -> {
            byte[] octets = new byte[random.nextInt(200)];
            random.nextBytes(octets);
            if (random.nextBoolean()) {
                socket.getOutputStream().write(settings);
            }
            socket.getOutputStream().write(octets);
            socket.shutdownOutput();
            RawServer.untilItEnds(socket);
        })) {
            for (int i = 0; i < 200; i++) {
                ProbeResult result = Probing.probe(prober, origin.url("http"), policy);
                assertThat(result.passed()).as("seed %d round %d", seed, i).isFalse();
                assertThat(result.reason()).isNotBlank().doesNotContain("\n");
            }
        }
    }
}
