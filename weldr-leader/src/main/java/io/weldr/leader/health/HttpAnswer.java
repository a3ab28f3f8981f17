package io.weldr.leader.health;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.search.AbstractSearchProcessorFactory;
import io.netty.buffer.search.SearchProcessor;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.weldr.core.Check;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.StatusRange;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the answer to one probe. The final status decides, and then the body if the policy wants a text in it; interim
 * answers are passed over. What follows of the body is dropped up to a limit, so that an origin that just answers is
 * not reset in the middle of it, and then the connection is closed. Confined to the loop of its channel.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close is not waited for: the channel tells by its close future
final class HttpAnswer extends ChannelInboundHandlerAdapter {
    /** A body longer than this is not worth the time: closing is cheaper for both. */
    static final int BODY_BYTES_MAX = 64 * 1024;

    private final Attempt attempt;
    private final HealthPolicy policy;
    private boolean decided;
    private int bodyBytes;
    private String status = "";
    /** Looks for the text of the policy across buffers; null: no body is looked at, or not yet. */
    private @Nullable SearchProcessor search;

    HttpAnswer(Attempt attempt) {
        this.attempt = attempt;
        this.policy = attempt.policy;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof HttpResponse response && !decided && search == null) {
                head(ctx, response);
            }
            if (message instanceof HttpContent content && (decided || search != null)) {
                body(ctx, content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void head(ChannelHandlerContext ctx, HttpResponse response) {
        if (response.decoderResult().isFailure()) {
            decide(false, notHttp(response.decoderResult()));
            ctx.close();
            return;
        }
        int code = response.status().code();
        boolean switched = code == 101; // RFC 9110 section 15.2.2: final for HTTP, and nobody asked for it
        if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL && !switched) {
            return;
        }
        status = "status " + code;
        String text = policy.contains();
        if (!policy.expects(code)) {
            decide(false, status + " (expected " + StatusRange.text(policy.expected()) + ")");
        } else if (text == null) {
            decide(true, status);
        } else {
            lookFor(text, response.headers().get(HttpHeaderNames.CONTENT_ENCODING));
        }
        if (switched) {
            ctx.close();
        }
    }

    private void lookFor(String text, @Nullable String encoding) {
        if (encoding != null && !HttpHeaderValues.IDENTITY.contentEqualsIgnoreCase(encoding)) {
            decide(false, "content-encoding " + Check.quote(encoding) + " (expected: none)");
            return;
        }
        search = AbstractSearchProcessorFactory.newKmpSearchProcessorFactory(text.getBytes(StandardCharsets.UTF_8))
                .newSearchProcessor();
        String missing = "no " + Check.quote(text) + " in the body";
        attempt.awaits(new Awaited(missing, missing));
    }

    private void body(ChannelHandlerContext ctx, HttpContent content) {
        ByteBuf bytes = content.content();
        boolean last = content instanceof LastHttpContent;
        boolean broken = content.decoderResult().isFailure();
        SearchProcessor looking = search;
        if (!decided && looking != null) {
            int looked = Math.min(bytes.readableBytes(), BODY_BYTES_MAX - bodyBytes);
            String text = Check.quote(String.valueOf(policy.contains()));
            if (bytes.forEachByte(bytes.readerIndex(), looked, looking) >= 0) {
                decide(true, status + ", " + text + " in the body");
            } else if (broken) {
                decide(false, notHttp(content.decoderResult()));
            } else if (looked < bytes.readableBytes()) {
                decide(false, "no " + text + " in the first 64 KiB of the body");
            } else if (last) {
                decide(false, "no " + text + " in the body");
            }
        }
        bodyBytes += bytes.readableBytes();
        if (last || broken || bodyBytes > BODY_BYTES_MAX) {
            ctx.close();
        }
    }

    private static String notHttp(DecoderResult result) {
        return "not an HTTP answer: " + ProbeFailures.text(result.cause());
    }

    /** The connection is closed once the body has been dropped, or at the deadline. */
    private void decide(boolean passed, String reason) {
        decided = true;
        attempt.answered(new ProbeResult(passed, reason));
    }
}
