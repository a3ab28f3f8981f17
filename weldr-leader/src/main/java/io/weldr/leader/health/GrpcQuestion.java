package io.weldr.leader.health;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.weldr.core.pool.OriginProtocol;
import io.weldr.core.pool.OriginUrl;
import io.weldr.leader.health.ProbeTls.Alpn;

/**
 * Calls {@code grpc.health.v1.Health/Check} on a stream of HTTP/2, and has {@link GrpcAnswer} read what comes back.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed head shows in the message behind it
final class GrpcQuestion implements Question {
    private static final String PATH = "/" + HealthGrpc.SERVICE_NAME + "/Check";

    private final String userAgent;

    GrpcQuestion(String userAgent) {
        this.userAgent = userAgent;
    }

    /** Whatever the pool says: gRPC is HTTP/2. */
    @Override
    public Alpn alpn(OriginProtocol protocol) {
        return Alpn.H2;
    }

    @Override
    public void ask(Attempt attempt, SocketChannel connection) {
        Http2Call.open(attempt, connection, new GrpcAnswer(attempt), stream -> call(attempt, stream));
    }

    private void call(Attempt attempt, Http2StreamChannel stream) {
        byte[] request = HealthCheckRequest.newBuilder()
                .setService(attempt.policy.service())
                .build()
                .toByteArray();
        // A message is preceded by whether it is compressed, and by its length.
        ByteBuf message = Unpooled.buffer(GrpcAnswer.PREFIX_BYTES + request.length)
                .writeByte(0)
                .writeInt(request.length)
                .writeBytes(request);
        stream.write(new DefaultHttp2HeadersFrame(head(attempt.url)));
        stream.writeAndFlush(new DefaultHttp2DataFrame(message, true)).addListener(sent -> {
            if (!sent.isSuccess()) {
                attempt.broken(sent.cause());
            }
        });
    }

    private Http2Headers head(OriginUrl url) {
        return new DefaultHttp2Headers()
                .method("POST")
                .scheme(url.scheme().text())
                .path(PATH)
                .authority(Question.authority(url))
                .set(HttpHeaderNames.TE, "trailers")
                .set(HttpHeaderNames.CONTENT_TYPE, GrpcAnswer.CONTENT_TYPE)
                .set(HttpHeaderNames.USER_AGENT, userAgent);
    }
}
