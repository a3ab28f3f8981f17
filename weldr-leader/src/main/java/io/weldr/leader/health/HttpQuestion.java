package io.weldr.leader.health;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginProtocol;
import io.weldr.core.pool.OriginUrl;
import io.weldr.leader.health.ProbeTls.Alpn;

/**
 * Sends a request, by the protocol that the pool says, and has {@link HttpAnswer} read what comes back. Redirects are
 * answers like others.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close is not waited for: the channel tells by its close future
final class HttpQuestion implements Question {
    /** RFC 9112 section 3 speaks of 8000 octets for request lines; a status line is shorter. */
    static final int STATUS_LINE_BYTES_MAX = 8 * 1024;

    /** What common servers take for a whole head. */
    static final int HEADER_BYTES_MAX = 32 * 1024;

    private final String userAgent;

    HttpQuestion(String userAgent) {
        this.userAgent = userAgent;
    }

    @Override
    public Alpn alpn(OriginProtocol protocol) {
        return switch (protocol) {
            case HTTP1 -> Alpn.NONE;
            case H2 -> Alpn.H2;
            case AUTO -> Alpn.EITHER;
        };
    }

    @Override
    public void ask(Attempt attempt, SocketChannel connection) {
        if (attempt.access.protocol() == OriginProtocol.H2 || Http2Call.chosen(connection)) {
            askByHttp2(attempt, connection);
        } else {
            askByHttp1(attempt, connection);
        }
    }

    /** The one stream is read as an answer of HTTP/1.1 is: only its status, and a text in its body, are of interest. */
    private void askByHttp2(Attempt attempt, SocketChannel connection) {
        ChannelHandler answer = new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel stream) {
                stream.pipeline()
                        .addLast(new Resets(attempt))
                        .addLast(new Http2StreamFrameToHttpObjectCodec(false))
                        .addLast(new HttpAnswer(attempt));
                stream.closeFuture().addListener(closed -> connection.close());
            }
        };
        HttpRequest request = request(attempt.url, attempt.policy);
        request.headers().remove(HttpHeaderNames.CONNECTION);
        Http2Call.open(attempt, connection, answer, stream -> send(attempt, stream, request));
    }

    private void askByHttp1(Attempt attempt, SocketChannel connection) {
        HttpDecoderConfig limits = new HttpDecoderConfig()
                .setMaxInitialLineLength(STATUS_LINE_BYTES_MAX)
                .setMaxHeaderSize(HEADER_BYTES_MAX);
        attempt.add(new HttpClientCodec(limits, false, false));
        attempt.add(new HttpAnswer(attempt));
        send(attempt, connection, request(attempt.url, attempt.policy));
    }

    private static void send(Attempt attempt, Channel to, HttpRequest request) {
        to.writeAndFlush(request).addListener(sent -> {
            if (!sent.isSuccess()) {
                attempt.broken(sent.cause());
            }
        });
    }

    /** An origin that does not want the stream has answered, in a way. */
    private static final class Resets extends ChannelInboundHandlerAdapter {
        private final Attempt attempt;

        Resets(Attempt attempt) {
            this.attempt = attempt;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
            if (event instanceof Http2ResetFrame reset) {
                attempt.finish(ProbeResult.failed("stream reset: " + Http2Error.valueOf(reset.errorCode())));
            }
            super.userEventTriggered(ctx, event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            Throwable inner = cause.getCause();
            attempt.broken(cause instanceof Http2FrameStreamException && inner != null ? inner : cause);
        }
    }

    private HttpRequest request(OriginUrl url, HealthPolicy policy) {
        HttpMethod method = switch (policy.method()) {
            case GET -> HttpMethod.GET;
            case HEAD -> HttpMethod.HEAD;
            case OPTIONS -> HttpMethod.OPTIONS;
        };
        HttpRequest request =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, method, policy.path(), Unpooled.EMPTY_BUFFER);
        String host = policy.host();
        HttpHeaders headers = request.headers()
                .set(HttpHeaderNames.HOST, host == null ? Question.authority(url) : host)
                .set(HttpHeaderNames.USER_AGENT, userAgent)
                .set(HttpHeaderNames.ACCEPT, "*/*")
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (policy.contains() != null) {
            headers.set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.IDENTITY);
        }
        policy.headers().forEach(headers::set);
        return request;
    }
}
