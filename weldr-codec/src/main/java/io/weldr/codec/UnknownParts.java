package io.weldr.codec;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a newer version of the program put into a message. Protocol buffers keep unknown fields and enum values
 * without a word; a member that skipped them would apply a different command than the others.
 */
final class UnknownParts {
    private UnknownParts() {}

    /**
     * What {@code message}, or a message within it, holds that this program does not know; null if it knows everything.
     */
    static @Nullable String find(Message message) {
        String name = message.getDescriptorForType().getName();
        for (int number : message.getUnknownFields().asMap().keySet()) {
            return name + " has field " + number;
        }
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            List<?> values = field.getKey().isRepeated() ? (List<?>) field.getValue() : List.of(field.getValue());
            for (Object value : values) {
                if (value instanceof Message inner) {
                    String found = find(inner);
                    if (found != null) {
                        return found;
                    }
                } else if (value instanceof EnumValueDescriptor named && named.getIndex() < 0) {
                    return name + " has " + field.getKey().getName() + " " + named.getNumber();
                }
            }
        }
        return null;
    }

    /** Throws unless this program knows all of {@code message}, which is {@code what}. */
    static void refuse(String what, Message message) throws UndecodableException {
        String found = find(message);
        if (found != null) {
            throw UndecodableException.unknown(what, found + ", which this version of weldr does not know", null);
        }
    }
}
