package io.weldr.proxy.upstream;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.http.HeadWriter;
import org.jspecify.annotations.Nullable;

/**
 * An origin that takes the request in parts instead of the bytes of HTTP/1.1: the head, then content by {@link #write}
 * without any framing, then the end. The response comes as that of any other {@link Upstream}; one without a length has
 * {@link io.weldr.proxy.http.Framing#UNTIL_CLOSE}, and its end is certain.
 */
public interface MessageUpstream extends Upstream {

    /**
     * The head of the request. Called once, behind {@link #begin}.
     *
     * @param head the same head as HTTP/1.1 has it; scratch space: used within the call
     */
    void head(HeadWriter head);

    /** Part of the content. */
    @Override
    void write(ByteBuf part);

    /**
     * The request is complete. {@link #requestSent} follows.
     *
     * @param trailers field lines and the empty line behind them, as HTTP/1.1 has them; null: none
     */
    void end(byte @Nullable [] trailers);

    /** The code by which the origin has reset the stream, once {@link ResponseSink#broken} was told; -1: it has not. */
    long resetCode();
}
