package io.weldr.api.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.Context;
import io.grpc.Metadata;
import io.weldr.api.auth.Caller;
import io.weldr.core.state.Attribution;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a call carries beside its message. Read within the methods of a service. */
final class Calls {
    static final Context.Key<Caller> CALLER = Context.key("weldr-caller");
    static final Context.Key<String> REASON = Context.key("weldr-reason");

    private static final Metadata.Key<String> REASON_FIELD =
            Metadata.Key.of("weldr-reason", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<byte[]> REASON_BYTES =
            Metadata.Key.of("weldr-reason-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private Calls() {}

    /** Who calls. */
    static Caller caller() {
        return Objects.requireNonNull(CALLER.get(), "every call is let in by an interceptor");
    }

    /** Why a change is made; null: nobody says. Throws a problem if it is no reason. */
    static @Nullable String reason() {
        String reason = REASON.get();
        return reason == null ? null : Wire.valid(() -> Attribution.checkReason(reason));
    }

    /** The reason as it stands in the metadata: {@code weldr-reason}, or {@code weldr-reason-bin} in UTF-8. */
    static @Nullable String reason(Metadata headers) {
        byte[] bytes = headers.get(REASON_BYTES);
        return bytes == null ? headers.get(REASON_FIELD) : new String(bytes, UTF_8);
    }
}
