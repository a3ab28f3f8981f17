package io.weldr.proxy.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Moves bytes from one socket to another within the kernel, by {@code splice(2)} through a pipe that belongs to the
 * event loop. The pipe is empty between two calls, so that one does for all connections. Confined to the loop.
 */
public final class Pipe implements AutoCloseable {

    /** What a pipe holds by default: 16 pages (pipe(7)). */
    private static final int PIPE_BYTES = 64 * 1024;

    private @Nullable FileDescriptor in; // made when first needed
    private @Nullable FileDescriptor out;
    private @Nullable ByteBuf rest;

    /** Whether a channel's socket can be spliced. */
    public static boolean fits(Channel channel) {
        return channel instanceof EpollSocketChannel;
    }

    /**
     * Moves what has arrived at {@code from}, at most {@code max} bytes and one pipe full. Nothing may wait to be
     * written to {@code to}, and what it would not take at once has to be written next: {@link #takeRest}.
     *
     * @return how many bytes have left {@code from}; 0: there are none, or its next read tells why
     * @throws IOException {@code to} has failed; what was moved is lost
     */
    public int move(Channel from, Channel to, long max, ByteBufAllocator allocator) throws IOException {
        assert rest == null && fits(from) && fits(to);
        int moved = fill(((EpollSocketChannel) from).fd(), Math.min(max, PIPE_BYTES));
        boolean empty = moved == 0;
        try {
            int left = moved - drain(((EpollSocketChannel) to).fd(), moved);
            if (left > 0) {
                rest = read(left, allocator);
            }
            empty = true;
        } finally {
            if (!empty) {
                close(); // bytes of a broken connection are in it: they must reach nobody else
            }
        }
        return moved;
    }

    /** What the last {@link #move} has taken from one socket and could not give to the other; null: nothing. */
    public @Nullable ByteBuf takeRest() {
        ByteBuf taken = rest;
        rest = null;
        return taken;
    }

    private int fill(FileDescriptor source, long max) throws IOException {
        if (in == null) {
            FileDescriptor[] ends = FileDescriptor.pipe();
            out = ends[0];
            in = ends[1];
        }
        try {
            return Math.max(0, Native.splice(source.intValue(), -1, in.intValue(), -1, max));
        } catch (IOException e) {
            return 0; // the read that follows meets the same error, and knows whom to tell
        }
    }

    private int drain(FileDescriptor target, int length) throws IOException {
        assert out != null;
        int drained = 0;
        while (drained < length) {
            int taken = Native.splice(out.intValue(), -1, target.intValue(), -1, length - drained);
            if (taken <= 0) {
                break;
            }
            drained += taken;
        }
        return drained;
    }

    private ByteBuf read(int length, ByteBufAllocator allocator) throws IOException {
        assert out != null;
        ByteBuf buffer = allocator.directBuffer(length, length);
        try {
            while (buffer.isWritable()) {
                ByteBuffer room = buffer.nioBuffer(buffer.writerIndex(), buffer.writableBytes());
                int read = out.read(room, room.position(), room.limit());
                if (read <= 0) {
                    throw new IOException("pipe: " + buffer.readableBytes() + " bytes (expected: " + length + ")");
                }
                buffer.writerIndex(buffer.writerIndex() + read);
            }
        } catch (IOException | RuntimeException e) {
            buffer.release();
            throw e;
        }
        return buffer;
    }

    /** Gives the pipe back to the kernel; another is made when needed. */
    @Override
    public void close() throws IOException {
        FileDescriptor first = in;
        FileDescriptor second = out;
        in = null;
        out = null;
        if (first != null) {
            first.close();
        }
        if (second != null) {
            second.close();
        }
    }
}
