package io.weldr.api.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslCloseCompletionEvent;

/**
 * Lets a client end its side when it has sent its requests, as {@code nc -N} does: it gets its answers, and then the
 * connection is closed. A request that is cut off is not answered. Stands behind the codec; confined to the event loop.
 */
final class HalfClose extends ChannelDuplexHandler {
    private int unanswered; // whole requests; below 0 while an answer came before the end of its request
    private boolean ended; // by the client

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof LastHttpContent) {
            unanswered++;
        }
        context.fireChannelRead(message);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the promise that was given
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (!(message instanceof LastHttpContent) || informational(message)) {
            context.write(message, promise);
            return;
        }
        ChannelPromise sent = promise.unvoid();
        sent.addListener(done -> {
            unanswered--;
            closeIfDone(context);
        });
        context.write(message, sent);
    }

    private static boolean informational(Object message) {
        return message instanceof HttpResponse response
                && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        context.fireUserEventTriggered(event);
        if (event instanceof ChannelInputShutdownEvent || event == SslCloseCompletionEvent.SUCCESS) {
            ended = true;
            closeIfDone(context);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // closing does not fail
    private void closeIfDone(ChannelHandlerContext context) {
        if (ended && unanswered <= 0) {
            context.close();
        }
    }
}
