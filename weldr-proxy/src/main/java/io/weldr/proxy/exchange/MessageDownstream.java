package io.weldr.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.http.HeadWriter;
import org.jspecify.annotations.Nullable;

/**
 * A client that takes the response in parts instead of the bytes of HTTP/1.1: heads, then content by {@link #write}
 * without any framing, then the end. Its {@link #dialect} is always {@link Dialect#HTTP_2}.
 */
public interface MessageDownstream extends Downstream {

    /**
     * The head of an interim response, or of the final one.
     *
     * @param head the same head as HTTP/1.1 has it, with its status line; scratch space: used within the call
     */
    void head(HeadWriter head);

    /**
     * The response is complete.
     *
     * @param trailers field lines and the empty line behind them, as HTTP/1.1 has them; null: none
     */
    void end(byte @Nullable [] trailers);

    /** The origin has reset the stream by that code: a {@link #cut} that follows passes it on. */
    void originReset(long code);

    /** Part of the content, or of a tunnel. */
    @Override
    void write(ByteBuf part);
}
