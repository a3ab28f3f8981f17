package io.weldr.api.grpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.Check;
import java.util.List;

/** What a {@code google.protobuf.FieldMask} changes. Pure. */
final class FieldMasks {
    /** More than any resource has fields. */
    private static final int PATHS_MAX = 256;

    private FieldMasks() {}

    /**
     * The message with the fields that the paths name as they are in {@code wish}: those that are absent there get
     * their default. A repeated field or a map
     * is replaced as a whole.
     *
     * @param paths such as {@code limits.queue_max}; none of them names the name
     */
    static Message apply(Message before, Message wish, List<String> paths) {
        if (paths.size() > PATHS_MAX) {
            throw Problem.of(
                            ProblemType.INVALID_VALUE,
                            "update_mask: " + paths.size() + " paths",
                            "at most " + PATHS_MAX)
                    .exception();
        }
        Message.Builder next = before.toBuilder();
        for (String path : paths) {
            copy(path, path, wish, next);
        }
        return next.build();
    }

    private static void copy(String whole, String path, Message from, Message.Builder to) {
        int dot = path.indexOf('.');
        String name = dot < 0 ? path : path.substring(0, dot);
        FieldDescriptor field = to.getDescriptorForType().findFieldByName(name);
        boolean inner = dot >= 0;
        if (field == null
                || (inner && (field.isRepeated() || field.getJavaType() != FieldDescriptor.JavaType.MESSAGE))) {
            throw Problem.of(
                            ProblemType.INVALID_VALUE,
                            "update_mask: " + Check.quote(whole),
                            inner && field != null
                                    ? "a path that ends at " + name
                                    : "a path of fields, one of "
                                            + to.getDescriptorForType().getFields().stream()
                                                    .map(FieldDescriptor::getName)
                                                    .toList())
                    .exception();
        }
        if (inner) {
            Message.Builder part = ((Message) to.getField(field)).toBuilder();
            copy(whole, path.substring(dot + 1), (Message) from.getField(field), part);
            to.setField(field, part.build());
        } else if (field.isRepeated() ? from.getRepeatedFieldCount(field) > 0 : from.hasField(field)) {
            to.setField(field, from.getField(field));
        } else {
            to.clearField(field);
        }
    }
}
