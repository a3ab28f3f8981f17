package io.weldr.wire.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/**
 * Knows whether a call was handed to a connection. Before that nothing has left this process, and nothing can have been
 * done. For one call, as its tracer or its interceptor. Any thread.
 */
public final class Delivery extends ClientStreamTracer.Factory implements ClientInterceptor {
    private volatile boolean left;

    /** Whether the node may have got it. */
    public boolean left() {
        return left;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return next.newCall(method, options.withStreamTracerFactory(this));
    }

    @Override
    public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
        return new ClientStreamTracer() {
            @Override
            public void outboundHeaders() {
                left = true;
            }

            @Override
            public void outboundMessage(int number) {
                left = true;
            }
        };
    }
}
