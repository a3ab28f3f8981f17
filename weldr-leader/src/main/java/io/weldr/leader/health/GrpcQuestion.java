package io.weldr.leader.health;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.OriginUrl;
import io.weldr.leader.health.ProbeTls.Alpn;

/**
 * Calls {@code grpc.health.v1.Health/Check} on a connection of HTTP/2, and has {@link GrpcAnswer} read what comes back. An http origin is
 * addressed with prior knowledge (RFC 9113 section 3.3), an https origin has to choose {@code h2} by ALPN.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close is not waited for: the channel tells by its close future
final class GrpcQuestion implements Question {
    private static final String PATH = "/" + HealthGrpc.SERVICE_NAME + "/Check";

    /** An origin opens no stream: it was told so, and Netty ends the connection of one that does. */
    private static final ChannelInitializer<Channel> REFUSED = new ChannelInitializer<>() {
        @Override
        protected void initChannel(Channel pushed) {
            pushed.close();
        }
    };

    private final String userAgent;

    GrpcQuestion(String userAgent) {
        this.userAgent = userAgent;
    }

    @Override
    public Alpn alpn() {
        return Alpn.H2;
    }

    @Override
    public void ask(Attempt attempt, SocketChannel connection) {
        SslHandler tls = connection.pipeline().get(SslHandler.class);
        if (tls != null && !ApplicationProtocolNames.HTTP_2.equals(tls.applicationProtocol())) {
            attempt.finish(ProbeResult.failed("TLS: the origin does not choose h2 by ALPN"));
            return;
        }
        Http2Settings settings =
                Http2Settings.defaultSettings().pushEnabled(false).maxHeaderListSize(HttpQuestion.HEADER_BYTES_MAX);
        attempt.add(Http2FrameCodecBuilder.forClient()
                .initialSettings(settings)
                .gracefulShutdownTimeoutMillis(0) // the one stream is over, or not worth waiting for
                .build());
        attempt.add(new Http2MultiplexHandler(REFUSED));
        new Http2StreamChannelBootstrap(connection)
                .handler(new GrpcAnswer(attempt))
                .open()
                .addListener(opened -> {
                    if (opened.isSuccess()) {
                        call(attempt, (Http2StreamChannel) opened.getNow());
                    } else {
                        attempt.broken(opened.cause());
                    }
                });
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
