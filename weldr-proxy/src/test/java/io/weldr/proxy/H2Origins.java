package io.weldr.proxy;

import io.netty.handler.codec.http2.Http2Headers;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginProtocol;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import java.time.Instant;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** Origins that speak HTTP/2 frame by frame, and proxies in front of them. */
final class H2Origins {

    private H2Origins() {}

    /** What an origin does with each request, once it is complete. */
    @FunctionalInterface
    interface Answer {
        void to(H2Client origin, int stream);
    }

    /** Answers each request on each connection, which stays open. */
    static RawOrigin answering(Answer answer, int... settings) {
        return RawOrigin.serving((wire, self) -> {
            H2Client origin = H2Client.ofOrigin(wire.socket(), settings);
            for (int stream = origin.nextRequest(); stream != 0; stream = origin.nextRequest()) {
                self.remember(text(origin.soFar(stream)));
                answer.to(origin, stream);
            }
        });
    }

    static RawOrigin ok() {
        return answering((origin, stream) -> ok(origin, stream, "ok"));
    }

    static RawOrigin named(String name) {
        return answering((origin, stream) -> ok(origin, stream, name));
    }

    static void ok(H2Client origin, int stream, String body) {
        origin.headers(stream, false, ":status", "200", "content-length", String.valueOf(body.length()))
                .data(stream, body, true);
    }

    /** A request as lines: its fields, an empty line, its content, and its trailers behind another one. */
    static String text(H2Client.Response request) {
        StringBuilder text = new StringBuilder();
        Http2Headers head = Objects.requireNonNull(request.head);
        head.forEach(field ->
                text.append(field.getKey()).append('=').append(field.getValue()).append('\n'));
        text.append('\n').append(request.text());
        Http2Headers trailers = request.trailers;
        if (trailers != null) {
            text.append('\n');
            trailers.forEach(field -> text.append(field.getKey())
                    .append('=')
                    .append(field.getValue())
                    .append('\n'));
        }
        return text.toString();
    }

    static TestProxy inFrontOf(RawOrigin... origins) {
        return inFrontOf(UnaryOperator.identity(), UnaryOperator.identity(), origins);
    }

    /** Clients may speak HTTP/2, too. */
    static TestProxy inFrontOf(
            UnaryOperator<ProxySettings.Builder> change,
            UnaryOperator<PoolSettings.Builder> pool,
            RawOrigin... origins) {
        TestProxy proxy = TestProxy.with(change);
        put(proxy, pool.apply(PoolSettings.builder().protocol(OriginProtocol.H2)));
        for (RawOrigin origin : origins) {
            proxy.add(origin.url());
        }
        TestListener.ofNode().http2().putTo(proxy);
        return proxy;
    }

    static void put(TestProxy proxy, PoolSettings.Builder pool) {
        proxy.apply(new Command.PutPool(
                PoolName.DEFAULT, HealthPolicy.DEFAULT, pool.build(), Condition.NONE, Instant.EPOCH));
    }
}
