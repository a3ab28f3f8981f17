package io.weldr.leader.health;

import io.netty.buffer.Unpooled;
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
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginUrl;

/** Sends a request of HTTP/1.1 and has {@link HttpAnswer} read what comes back. Redirects are answers like others. */
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
    public void ask(Attempt attempt, SocketChannel connection) {
        HttpDecoderConfig limits = new HttpDecoderConfig()
                .setMaxInitialLineLength(STATUS_LINE_BYTES_MAX)
                .setMaxHeaderSize(HEADER_BYTES_MAX);
        attempt.add(new HttpClientCodec(limits, false, false));
        attempt.add(new HttpAnswer(attempt));
        connection.writeAndFlush(request(attempt.url, attempt.policy)).addListener(sent -> {
            if (!sent.isSuccess()) {
                attempt.broken(sent.cause());
            }
        });
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
