package io.weldr.api.grpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import io.weldr.api.admin.CertificateFacts;
import io.weldr.api.admin.ListenerBinding;
import io.weldr.api.admin.ResourceEntry;
import io.weldr.api.admin.ResourceKind;
import io.weldr.api.admin.ResourceWritten;
import io.weldr.api.admin.View;
import io.weldr.proto.admin.v1.WriteOptions;
import io.weldr.wire.json.ResourceJson;
import java.time.Duration;
import java.util.List;

/**
 * Reads and writes the messages of the calls on pools, listeners, routes and certificates by the names of their fields,
 * which are the same for all of them. A test walks every row of {@link ResourceKind}, so a name that is missing is
 * found. Pure.
 */
final class ResourceMessages {
    private ResourceMessages() {}

    private static FieldDescriptor field(Message message, String name) {
        FieldDescriptor field = message.getDescriptorForType().findFieldByName(name);
        if (field == null) {
            throw new IllegalStateException(message.getDescriptorForType().getFullName() + " has no field " + name);
        }
        return field;
    }

    private static void set(Message.Builder to, String name, Object value) {
        to.setField(field(to.getDefaultInstanceForType(), name), value);
    }

    /**
     * The resource that a request holds, read as if it had come as JSON: a value that is not valid is refused by the
     * same words.
     */
    static Message resource(ResourceKind<?, ?> kind, Message request) {
        Message given = (Message) request.getField(field(request, kind.singular()));
        Message read = Wire.valid(() -> ResourceJson.read(
                        ResourceJson.tree(given), kind.prototype().newBuilderForType())
                .build());
        kind.parse(kind.name(read));
        return read;
    }

    /** The name of the resource that a request holds, whatever it is; empty if it holds none. */
    static String name(Message request) {
        for (ResourceKind<?, ?> kind : ResourceKind.ALL) {
            FieldDescriptor field = request.getDescriptorForType().findFieldByName(kind.singular());
            if (field != null && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                return kind.name((Message) request.getField(field));
            }
        }
        return "";
    }

    static boolean flag(Message request, String name) {
        return (boolean) request.getField(field(request, name));
    }

    static WriteOptions options(Message request) {
        return (WriteOptions) request.getField(field(request, "options"));
    }

    static FieldMask mask(Message request) {
        return (FieldMask) request.getField(field(request, "update_mask"));
    }

    @SuppressWarnings("unchecked") // a builder makes messages of the type that it comes from
    private static <T extends Message> T built(T prototype, Message.Builder builder) {
        return (T) prototype.getClass().cast(builder.build());
    }

    static <T extends Message> T list(T reply, List<ResourceEntry> entries, View view) {
        Message.Builder to = reply.newBuilderForType();
        FieldDescriptor field = field(reply, "entries");
        entries.forEach(entry -> to.addRepeatedField(field, entry(to.newBuilderForField(field), entry)));
        set(to, "revision", view.state().revision());
        setAge(to, view);
        return built(reply, to);
    }

    static <T extends Message> T read(T reply, ResourceEntry entry, View view) {
        Message.Builder to = reply.newBuilderForType();
        setEntry(to, entry);
        set(to, "revision", view.state().revision());
        setAge(to, view);
        return built(reply, to);
    }

    static <T extends Message> T written(T reply, ResourceWritten done) {
        Message.Builder to = reply.newBuilderForType();
        set(to, "effect", Wire.effect(done.written().effect()).getValueDescriptor());
        setEntry(to, done.entry());
        set(to, "revision", done.written().revision());
        done.written()
                .applied()
                .forEach(applied -> to.addRepeatedField(field(reply, "applied"), Wire.applied(applied)));
        done.warnings().forEach(warning -> to.addRepeatedField(field(reply, "warnings"), warning));
        return built(reply, to);
    }

    private static void setEntry(Message.Builder to, ResourceEntry entry) {
        FieldDescriptor field = field(to.getDefaultInstanceForType(), "entry");
        to.setField(field, entry(to.newBuilderForField(field), entry));
    }

    private static Message entry(Message.Builder to, ResourceEntry entry) {
        set(to, entry.kind().singular(), entry.message());
        set(to, "revision", entry.stamp().modified());
        set(to, "created_revision", entry.stamp().created());
        Integer origins = entry.origins();
        if (origins != null) {
            set(to, "origins", origins);
        }
        List<ListenerBinding> bindings = entry.bindings();
        if (bindings != null) {
            FieldDescriptor conditions = field(to.getDefaultInstanceForType(), "conditions");
            bindings.forEach(binding -> to.addRepeatedField(conditions, ListenerMessages.condition(binding)));
        }
        CertificateFacts certificate = entry.certificate();
        if (certificate != null) {
            CertificateMessages.put(to, certificate);
        }
        return to.build();
    }

    private static void setAge(Message.Builder to, View view) {
        Duration age = view.age();
        if (age != null) {
            set(to, "age", Wire.duration(age));
        }
    }
}
