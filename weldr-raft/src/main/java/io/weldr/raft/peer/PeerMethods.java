package io.weldr.raft.peer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;

/** The calls, as plain bytes: Ratis brings its own copy of gRPC, and our protobuf stays ours. */
final class PeerMethods {
    static final String SERVICE = "weldr.raft.v1.Peers";

    /** One question, one answer. */
    static final MethodDescriptor<byte[], byte[]> HELLO = method("Hello");

    /** Never answered: it ends when the process at the other end does. */
    static final MethodDescriptor<byte[], byte[]> PRESENCE = method("Presence");

    private PeerMethods() {}

    private static MethodDescriptor<byte[], byte[]> method(String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .setRequestMarshaller(Bytes.INSTANCE)
                .setResponseMarshaller(Bytes.INSTANCE)
                .build();
    }

    private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
        INSTANCE;

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
