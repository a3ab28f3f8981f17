package io.weldr.leader.health;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.StatusRange;
import java.util.function.Consumer;

/**
 * Reads the answer to one probe. The final status decides; interim answers are passed over. What follows of the body is dropped
 * up to a limit, so that an origin that just answers is not reset in the middle of it, and then the connection is closed.
 * Confined to the loop of its channel.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close is not waited for: the channel tells by its close future
final class HttpAnswer extends ChannelInboundHandlerAdapter {
    /** A body longer than this is not worth the time: closing is cheaper for both. */
    static final int BODY_BYTES_MAX = 64 * 1024;

    private final HealthPolicy policy;
    private final Consumer<ProbeResult> result;
    private boolean decided;
    private int bodyBytes;

    /** @param result told once or not at all; a closed channel that told nothing has to be noticed by the owner */
    HttpAnswer(HealthPolicy policy, Consumer<ProbeResult> result) {
        this.policy = policy;
        this.result = result;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof HttpResponse response && !decided) {
                head(ctx, response);
            }
            if (message instanceof HttpContent content && decided) {
                bodyBytes += content.content().readableBytes();
                boolean broken = content.decoderResult().isFailure();
                if (message instanceof LastHttpContent || broken || bodyBytes > BODY_BYTES_MAX) {
                    ctx.close();
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void head(ChannelHandlerContext ctx, HttpResponse response) {
        if (response.decoderResult().isFailure()) {
            decide(ProbeResult.failed("not an HTTP answer: "
                    + ProbeFailures.text(response.decoderResult().cause())));
            ctx.close();
            return;
        }
        int status = response.status().code();
        boolean switched = status == 101; // RFC 9110 section 15.2.2: final for HTTP, and nobody asked for it
        if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL && !switched) {
            return;
        }
        boolean passed = policy.expects(status);
        decide(new ProbeResult(
                passed,
                passed
                        ? "status " + status
                        : "status " + status + " (expected " + StatusRange.text(policy.expected()) + ")"));
        if (switched) {
            ctx.close();
        }
    }

    private void decide(ProbeResult decision) {
        decided = true;
        result.accept(decision);
    }
}
