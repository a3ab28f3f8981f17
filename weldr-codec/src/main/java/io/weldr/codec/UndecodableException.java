package io.weldr.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that this program cannot take for what they are. The message is one line that says what was found and what was
 * expected.
 */
public final class UndecodableException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final boolean wellFormed;

    private UndecodableException(String message, boolean wellFormed, @Nullable Throwable cause) {
        super(message, cause);
        this.wellFormed = wellFormed;
    }

    /** The bytes are no protocol buffer: they are damaged, or something else altogether. */
    static UndecodableException malformed(String what, InvalidProtocolBufferException cause) {
        return new UndecodableException("not " + what + ": " + cause.getMessage(), false, cause);
    }

    /** The bytes are whole, and say something that this program does not know: a newer version wrote them. */
    static UndecodableException unknown(String what, String found, @Nullable Throwable cause) {
        return new UndecodableException(what + ": " + found, true, cause);
    }

    /** Whether the bytes are whole, so that a newer version of the program understands them. */
    public boolean wellFormed() {
        return wellFormed;
    }
}
