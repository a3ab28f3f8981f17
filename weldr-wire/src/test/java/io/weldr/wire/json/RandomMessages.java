package io.weldr.wire.json;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import io.weldr.proto.resource.v1.RequestKey;
import java.util.List;
import java.util.Random;

/** Makes messages by their descriptors: whatever field is added later is in them, too. */
final class RandomMessages {
    private static final List<String> TEXTS =
            List.of("", "a", "default", "/cart", "x-tenant", "10.0.0.0/8", "é 🦊", "200-299", "a\nb", "\"");

    private final Random random;

    RandomMessages(Random random) {
        this.random = random;
    }

    /** A message of that type with about half of its fields. */
    Message of(Descriptor type) {
        if (type.equals(RequestKey.getDescriptor())) {
            return parsed(type, key());
        }
        if (type.equals(Duration.getDescriptor())) {
            return parsed(type, duration());
        }
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        for (FieldDescriptor field : type.getFields()) {
            if (random.nextBoolean()) {
                continue;
            }
            if (field.isMapField()) {
                entries(message, field);
            } else if (field.isRepeated()) {
                for (int i = random.nextInt(3); i > 0; i--) {
                    message.addRepeatedField(field, value(field));
                }
            } else {
                message.setField(field, value(field));
            }
        }
        return message.build();
    }

    private void entries(DynamicMessage.Builder message, FieldDescriptor field) {
        for (int i = random.nextInt(3); i > 0; i--) {
            message.addRepeatedField(
                    field,
                    DynamicMessage.newBuilder(field.getMessageType())
                            .setField(field.getMessageType().findFieldByNumber(1), "name-" + i)
                            .setField(field.getMessageType().findFieldByNumber(2), text())
                            .build());
        }
    }

    private Object value(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case STRING -> text();
            case INT -> random.nextInt();
            case LONG -> random.nextLong();
            case BOOLEAN -> random.nextBoolean();
            case ENUM -> constant(field);
            case MESSAGE -> of(field.getMessageType());
            case FLOAT, DOUBLE, BYTE_STRING -> throw new AssertionError("no JSON for " + field.getFullName());
        };
    }

    private EnumValueDescriptor constant(FieldDescriptor field) {
        List<EnumValueDescriptor> all = field.getEnumType().getValues();
        // Zero means absent. Within a list it could not be told from the text of a constant.
        return all.get(1 + random.nextInt(all.size() - 1));
    }

    private String text() {
        return TEXTS.get(random.nextInt(TEXTS.size()));
    }

    /** Whole milliseconds, as every duration of a resource. */
    private Duration duration() {
        long millis = random.nextInt(4) == 0 ? random.nextInt(1_000_000_000) * 1000L : random.nextInt(100_000);
        return Duration.newBuilder()
                .setSeconds(millis / 1000)
                .setNanos((int) (millis % 1000) * 1_000_000)
                .build();
    }

    private RequestKey key() {
        return switch (random.nextInt(4)) {
            case 0 ->
                RequestKey.newBuilder()
                        .setSource(RequestKey.Source.SOURCE_HEADER)
                        .setName("x-tenant")
                        .build();
            case 1 ->
                RequestKey.newBuilder()
                        .setSource(RequestKey.Source.SOURCE_COOKIE)
                        .setName("sid")
                        .build();
            case 2 ->
                RequestKey.newBuilder().setSource(RequestKey.Source.SOURCE_PATH).build();
            default ->
                RequestKey.newBuilder()
                        .setSource(RequestKey.Source.SOURCE_CLIENT_ADDRESS)
                        .build();
        };
    }

    /** A message of the generated class as one that is known by its descriptor alone. */
    private static Message parsed(Descriptor type, Message message) {
        try {
            return DynamicMessage.parseFrom(type, message.toByteString());
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
