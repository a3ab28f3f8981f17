package io.weldr.leader.health;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.weldr.core.health.ProbeResult;
import java.util.function.Consumer;

/**
 * Opens the one stream of a probe that speaks HTTP/2. An http origin is addressed with prior knowledge (RFC 9113
 * section 3.3), an https origin has to choose {@code h2} by ALPN.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close is not waited for: the channel tells by its close future
final class Http2Call {
    /** An origin opens no stream: it was told so, and Netty ends the connection of one that does. */
    private static final ChannelInitializer<Channel> REFUSED = new ChannelInitializer<>() {
        @Override
        protected void initChannel(Channel pushed) {
            pushed.close();
        }
    };

    private Http2Call() {}

    /** Whether TLS of that connection has chosen HTTP/2. */
    static boolean chosen(SocketChannel connection) {
        SslHandler tls = connection.pipeline().get(SslHandler.class);
        return tls != null && ApplicationProtocolNames.HTTP_2.equals(tls.applicationProtocol());
    }

    /**
     * Opens the stream, or ends the probe.
     *
     * @param answer reads what comes back
     * @param then sends the request
     */
    static void open(
            Attempt attempt, SocketChannel connection, ChannelHandler answer, Consumer<Http2StreamChannel> then) {
        if (connection.pipeline().get(SslHandler.class) != null && !chosen(connection)) {
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
        new Http2StreamChannelBootstrap(connection).handler(answer).open().addListener(opened -> {
            if (opened.isSuccess()) {
                then.accept((Http2StreamChannel) opened.getNow());
            } else {
                attempt.broken(opened.cause());
            }
        });
    }
}
