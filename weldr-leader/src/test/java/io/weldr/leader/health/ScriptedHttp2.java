package io.weldr.leader.health;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Frame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An origin that answers each stream with the frames of a test, whatever was asked. */
@SuppressWarnings("FutureReturnValueIgnored") // what cannot be written is seen by the prober
final class ScriptedHttp2 implements AutoCloseable {
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel listening;
    private final List<Http2Headers> heads = new CopyOnWriteArrayList<>();

    ScriptedHttp2(Supplier<List<Http2Frame>> answer) {
        this(null, answer);
    }

    /** @param tls null: none */
    ScriptedHttp2(@Nullable SslContext tls, Supplier<List<Http2Frame>> answer) {
        listening = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        if (tls != null) {
                            connection.pipeline().addLast(tls.newHandler(connection.alloc()));
                        }
                        connection
                                .pipeline()
                                .addLast(Http2FrameCodecBuilder.forServer()
                                        .validateHeaders(false)
                                        .build())
                                .addLast(new Http2MultiplexHandler(new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel stream) {
                                        stream.pipeline().addLast(new Answering(answer, heads));
                                    }
                                }));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    private static final class Answering extends ChannelInboundHandlerAdapter {
        private final Supplier<List<Http2Frame>> answer;
        private final List<Http2Headers> heads;

        Answering(Supplier<List<Http2Frame>> answer, List<Http2Headers> heads) {
            this.answer = answer;
            this.heads = heads;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object frame) {
            boolean last = frame instanceof Http2DataFrame data && data.isEndStream();
            if (frame instanceof Http2HeadersFrame head) {
                heads.add(head.headers());
                last |= head.isEndStream();
            }
            ReferenceCountUtil.release(frame);
            if (last) {
                answer.get().forEach(ctx::write);
                ctx.flush();
            }
        }
    }

    /** What was asked. */
    List<Http2Headers> heads() {
        return heads;
    }

    int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** A head of these names and values, in turns. */
    static Http2Frame head(boolean last, String... fields) {
        Http2Headers headers = new DefaultHttp2Headers(false);
        for (int i = 0; i < fields.length; i += 2) {
            headers.add(fields[i], fields[i + 1]);
        }
        return new DefaultHttp2HeadersFrame(headers, last);
    }

    static Http2Frame data(boolean last, int... octets) {
        byte[] bytes = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            bytes[i] = (byte) octets[i];
        }
        return new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(bytes), last);
    }

    static Http2Frame reset(Http2Error error) {
        return new DefaultHttp2ResetFrame(error);
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
