package io.weldr.proxy.edit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weldr.proxy.http.HeadWriter;
import java.time.Clock;

/**
 * All that one event loop writes heads with. They share one writer, so that a head has to be taken from it before the
 * next is written.
 *
 * @param writer what the three others write to
 */
public record Editors(HeadWriter writer, RequestEditor request, ResponseEditor response, Answers answers) {

    /**
     * The editors of one event loop.
     *
     * @param viaName our name in Via
     */
    public static Editors of(String viaName, Forwarding forwarding) {
        DateField date = new DateField(Clock.systemUTC());
        return new Editors(
                new HeadWriter(),
                new RequestEditor(viaName, forwarding.writesXForwarded(), forwarding.writesForwarded()),
                new ResponseEditor(viaName, date),
                new Answers(date));
    }

    /** The same, but for the pages that clients read when weldr answers with an error. */
    public Editors with(ErrorPages pages) {
        return new Editors(writer, request, response, answers.with(pages));
    }

    /** What was written last, in a buffer of its size. */
    public ByteBuf written(ByteBufAllocator allocator) {
        ByteBuf out = allocator.directBuffer(writer.length());
        writer.writeTo(out);
        return out;
    }
}
