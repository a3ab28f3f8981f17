package io.weldr.raft.peer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.Status;

/** The calls, as plain bytes: Ratis brings its own copy of gRPC, and our protobuf stays ours. */
final class PeerMethods {
    static final String SERVICE = "weldr.raft.v1.Peers";

    /** A question or an answer holds a few names and addresses. */
    static final int HELLO_BYTES_MAX = 64 * 1024;

    /** What members ask each other beside; the messages are those of weldr-api. */
    static final String MEMBERS = "weldr.admin.v1.MemberToMember";

    /** A command is a few kilobytes, and a report of a full pool some hundred. */
    static final int MEMBER_BYTES_MAX = 4 << 20;

    static final List<String> MEMBER_CALLS = List.of(
            "Call", "Report", "Cede", "CanHold", "Probe", "LastProbes", "Samples", "Checks", "Support", "Restart");

    /** Whom a call is for, by name: another node may listen where that member did. */
    static final Metadata.Key<String> ADDRESSEE = Metadata.Key.of("weldr-to", Metadata.ASCII_STRING_MARSHALLER);

    /** One question, one answer. */
    static final MethodDescriptor<byte[], byte[]> HELLO = method(SERVICE, "Hello", HELLO_BYTES_MAX);

    /** Never answered: it ends when the process at the other end does. */
    static final MethodDescriptor<byte[], byte[]> PRESENCE = method(SERVICE, "Presence", HELLO_BYTES_MAX);

    private static final Map<String, MethodDescriptor<byte[], byte[]>> BY_CALL =
            MEMBER_CALLS.stream().collect(Collectors.toUnmodifiableMap(call -> call, PeerMethods::newMember));

    private PeerMethods() {}

    /** @throws IllegalArgumentException there is no such call */
    static MethodDescriptor<byte[], byte[]> member(String call) {
        MethodDescriptor<byte[], byte[]> known = BY_CALL.get(call);
        if (known == null) {
            throw new IllegalArgumentException("call: " + call + " (expected: one of " + MEMBER_CALLS + ")");
        }
        return known;
    }

    private static MethodDescriptor<byte[], byte[]> newMember(String call) {
        return method(MEMBERS, call, MEMBER_BYTES_MAX);
    }

    private static MethodDescriptor<byte[], byte[]> method(String service, String name, int bytesMax) {
        Bytes bytes = new Bytes(bytesMax);
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(service, name))
                .setRequestMarshaller(bytes)
                .setResponseMarshaller(bytes)
                .build();
    }

    /** @param max of one message; Ratis' own limit, for the whole port, is far larger */
    private record Bytes(int max) implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            byte[] bytes;
            try {
                bytes = stream.readNBytes(max + 1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            if (bytes.length > max) {
                throw Status.RESOURCE_EXHAUSTED
                        .withDescription("a message of more than " + max + " bytes")
                        .asRuntimeException();
            }
            return bytes;
        }
    }
}
