package io.weldr.leader.health;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import io.weldr.core.Check;
import io.weldr.core.health.ProbeResult;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the answer to one call of {@code grpc.health.v1.Health/Check}: a head, a message and trailers with the status
 * of the call, or all of it in one head if the call failed. Confined to the loop of its stream.
 */
final class GrpcAnswer extends ChannelInboundHandlerAdapter {
    static final String CONTENT_TYPE = "application/grpc";

    /** Before each message: whether it is compressed, and its length. */
    static final int PREFIX_BYTES = 5;

    /** The message has one number. Fields of later versions are passed over. */
    static final int MESSAGE_BYTES_MAX = 4 * 1024;

    private static final int STATUS_OK = 0;

    private final Attempt attempt;
    private final ByteBuffer message = ByteBuffer.allocate(PREFIX_BYTES + MESSAGE_BYTES_MAX);
    private boolean answered;

    GrpcAnswer(Attempt attempt) {
        this.attempt = attempt;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        try {
            if (frame instanceof Http2HeadersFrame head) {
                head(head.headers(), head.isEndStream());
            } else if (frame instanceof Http2DataFrame data) {
                data(data.content(), data.isEndStream());
            }
        } finally {
            ReferenceCountUtil.release(frame);
        }
    }

    private void head(Http2Headers headers, boolean last) {
        CharSequence status = headers.status();
        boolean interim = status != null && status.length() > 0 && status.charAt(0) == '1';
        if (!answered && !interim) {
            answered = true;
            CharSequence type = headers.get(HttpHeaderNames.CONTENT_TYPE);
            if (status == null || !"200".contentEquals(status)) {
                failed("HTTP status " + Check.quote(String.valueOf(status)) + " (expected: 200)");
                return;
            }
            if (type == null || !type.toString().startsWith(CONTENT_TYPE)) {
                String found = type == null ? "no content-type" : "content-type " + Check.quote(type);
                failed(found + " (expected: " + CONTENT_TYPE + ")");
                return;
            }
        }
        if (last) {
            end(headers.get("grpc-status"));
        }
    }

    private void data(ByteBuf bytes, boolean last) {
        if (bytes.readableBytes() > message.remaining()) {
            failed("a message of more than " + MESSAGE_BYTES_MAX + " bytes");
            return;
        }
        ByteBuffer part = message.slice().limit(bytes.readableBytes());
        bytes.readBytes(part);
        message.position(message.position() + part.position());
        if (last) {
            end(null);
        }
    }

    private void end(@Nullable CharSequence status) {
        if (status == null) {
            failed("no grpc-status in the answer");
            return;
        }
        int code;
        try {
            code = Integer.parseInt(status.toString());
        } catch (NumberFormatException e) {
            failed("grpc-status " + Check.quote(status) + " (expected: a number)");
            return;
        }
        if (code == STATUS_OK) {
            served(message.flip());
        } else {
            failed("gRPC status " + Status.fromCodeValue(code).getCode());
        }
    }

    private void served(ByteBuffer answer) {
        if (answer.remaining() < PREFIX_BYTES || answer.get() != 0 || answer.getInt() != answer.remaining()) {
            failed("not a message of gRPC in the answer");
            return;
        }
        HealthCheckResponse response;
        try {
            response = HealthCheckResponse.parseFrom(answer);
        } catch (InvalidProtocolBufferException e) {
            failed("not a message of grpc.health.v1 in the answer");
            return;
        }
        ServingStatus status = response.getStatus();
        String word = status == ServingStatus.UNRECOGNIZED ? "status " + response.getStatusValue() : status.name();
        attempt.finish(new ProbeResult(status == ServingStatus.SERVING, word));
    }

    private void failed(String reason) {
        attempt.finish(ProbeResult.failed(reason));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof Http2ResetFrame reset) {
            failed("stream reset: " + Http2Error.valueOf(reset.errorCode()));
        }
        super.userEventTriggered(ctx, event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        failed(Awaited.ANSWER.closed());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Throwable inner = cause.getCause();
        attempt.broken(cause instanceof Http2FrameStreamException && inner != null ? inner : cause);
    }
}
