package io.weldr.it.harness;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;

/** How a member asks another one. */
public final class MemberChannel {
    private static final Metadata.Key<String> ADDRESSEE = Metadata.Key.of("weldr-to", Metadata.ASCII_STRING_MARSHALLER);

    private MemberChannel() {}

    /** To the Raft port of a node that also speaks without TLS. Whoever asks for it ends it. */
    public static ManagedChannel open(TestNode to) {
        Metadata headers = new Metadata();
        headers.put(ADDRESSEE, to.id());
        return NettyChannelBuilder.forTarget(to.raftAddress())
                .usePlaintext()
                .intercept(MetadataUtils.newAttachHeadersInterceptor(headers))
                .build();
    }
}
