package io.weldr.wire.json;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import io.weldr.core.Check;
import io.weldr.proto.resource.v1.ExternalAccount;
import io.weldr.proto.resource.v1.Networks;
import io.weldr.proto.resource.v1.PathMatch;
import io.weldr.proto.resource.v1.RequestKey;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads messages out of trees. Nesting is as deep as the messages are, and these hold none of their own type. */
final class TreeReader {
    /** Texts of status codes, which people write as a number if it is one. */
    private static final Set<String> STATUS_FIELDS = Set.of("expect", "statuses");

    private static final String KEYS = "client-address, path, header NAME or cookie NAME";

    private TreeReader() {}

    static void readObject(String path, Map<?, ?> tree, Message.Builder to) {
        Descriptor type = to.getDescriptorForType();
        for (Map.Entry<?, ?> member : tree.entrySet()) {
            String name = String.valueOf(member.getKey());
            FieldDescriptor field = field(type, name);
            if (field == null) {
                throw unknown(path + name, name, type);
            }
            Object value = member.getValue();
            if (value != null) {
                readMember(path + name, value, field, to);
            }
        }
    }

    private static @Nullable FieldDescriptor field(Descriptor type, String name) {
        for (FieldDescriptor field : type.getFields()) {
            if (field.getJsonName().equals(name)) {
                return field;
            }
        }
        return null;
    }

    private static FieldException unknown(String path, String name, Descriptor type) {
        List<String> names =
                type.getFields().stream().map(FieldDescriptor::getJsonName).toList();
        String meant = Slip.nearest(name, names);
        return FieldException.unknown(
                Check.quote(path),
                "one of " + String.join(", ", names) + (meant == null ? "" : "; did you mean " + meant + "?"));
    }

    private static void readMember(String path, Object value, FieldDescriptor field, Message.Builder to) {
        if (field.isMapField()) {
            readMap(path, value, field, to);
        } else if (field.isRepeated()) {
            if (!(value instanceof List<?> items)) {
                throw invalid(path, value, "an array");
            }
            for (int i = 0; i < items.size(); i++) {
                to.addRepeatedField(field, value(path + "[" + i + "]", items.get(i), field, to));
            }
        } else {
            to.setField(field, value(path, value, field, to));
        }
    }

    private static void readMap(String path, Object value, FieldDescriptor field, Message.Builder to) {
        if (!(value instanceof Map<?, ?> members)) {
            throw invalid(path, value, "an object");
        }
        FieldDescriptor keyField = field.getMessageType().findFieldByNumber(1);
        FieldDescriptor valueField = field.getMessageType().findFieldByNumber(2);
        members.forEach((name, member) -> {
            if (member == null) {
                return;
            }
            Message.Builder entry = to.newBuilderForField(field);
            entry.setField(keyField, String.valueOf(name));
            entry.setField(valueField, value(path + "." + name, member, valueField, entry));
            to.addRepeatedField(field, entry.build());
        });
    }

    private static Object value(String path, @Nullable Object value, FieldDescriptor field, Message.Builder parent) {
        return switch (field.getJavaType()) {
            case STRING -> text(path, value, field);
            case INT -> (int) wholeNumber(path, value, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case LONG -> wholeNumber(path, value, Long.MIN_VALUE, Long.MAX_VALUE);
            case BOOLEAN -> {
                if (!(value instanceof Boolean)) {
                    throw invalid(path, value, "true or false");
                }
                yield value;
            }
            case ENUM -> constant(path, value, field);
            case MESSAGE -> message(path, value, parent.newBuilderForField(field));
            case FLOAT, DOUBLE, BYTE_STRING ->
                throw new IllegalStateException("no JSON for " + field.getFullName()); // no resource has one
        };
    }

    private static String text(String path, @Nullable Object value, FieldDescriptor field) {
        if (value instanceof String text) {
            return text;
        }
        if (value instanceof Number number && isWhole(number) && STATUS_FIELDS.contains(field.getName())) {
            return number.toString();
        }
        throw invalid(path, value, "a text");
    }

    private static boolean isWhole(Number number) {
        return number instanceof Integer || number instanceof Long || number instanceof BigInteger;
    }

    private static long wholeNumber(String path, @Nullable Object value, long least, long most) {
        if (!(value instanceof Number number) || !isWhole(number)) {
            throw invalid(path, value, "a whole number");
        }
        BigInteger whole = new BigInteger(number.toString());
        if (whole.compareTo(BigInteger.valueOf(least)) < 0 || whole.compareTo(BigInteger.valueOf(most)) > 0) {
            throw invalid(path, value, "a whole number between " + least + " and " + most);
        }
        return whole.longValue();
    }

    private static EnumValueDescriptor constant(String path, @Nullable Object value, FieldDescriptor field) {
        List<String> words = new ArrayList<>();
        for (EnumValueDescriptor constant : field.getEnumType().getValues()) {
            if (constant.getNumber() != 0) {
                String word = ResourceJson.word(constant);
                if (word.equals(value)) {
                    return constant;
                }
                words.add(word);
            }
        }
        throw invalid(path, value, "one of " + String.join(", ", words));
    }

    private static Message message(String path, @Nullable Object value, Message.Builder to) {
        Descriptor type = to.getDescriptorForType();
        if (type.equals(Duration.getDescriptor())) {
            return duration(path, value);
        }
        if (type.equals(Networks.getDescriptor())) {
            if (!(value instanceof List<?> items)) {
                throw invalid(path, value, "an array");
            }
            FieldDescriptor networks = type.findFieldByNumber(Networks.NETWORKS_FIELD_NUMBER);
            for (int i = 0; i < items.size(); i++) {
                to.addRepeatedField(networks, text(path + "[" + i + "]", items.get(i), networks));
            }
            return to.build();
        }
        if (value instanceof String text && type.equals(RequestKey.getDescriptor())) {
            return key(path, text);
        }
        if (value instanceof String text && type.equals(PathMatch.getDescriptor())) {
            return PathMatch.newBuilder()
                    .setKind(PathMatch.Kind.KIND_PREFIX)
                    .setValue(text)
                    .build();
        }
        if (value instanceof String && type.equals(ExternalAccount.getDescriptor())) {
            throw FieldException.invalid(path, "a text", "an object"); // it may be the key
        }
        if (!(value instanceof Map<?, ?> members)) {
            throw invalid(path, value, type.equals(RequestKey.getDescriptor()) ? KEYS : "an object");
        }
        readObject(path + ".", members, to);
        return to.build();
    }

    private static Duration duration(String path, @Nullable Object value) {
        java.time.Duration duration;
        try {
            if (value instanceof String text) {
                duration = Durations.parse(text);
            } else if (value instanceof Number seconds) {
                duration = Durations.ofSeconds(seconds.doubleValue());
            } else {
                throw invalid(path, value, Durations.EXPECTED);
            }
        } catch (FieldException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw invalid(path, value, Durations.EXPECTED);
        }
        return Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }

    private static RequestKey key(String path, String text) {
        int space = text.indexOf(' ');
        String source = space < 0 ? text : text.substring(0, space);
        String name = space < 0 ? "" : text.substring(space + 1).strip();
        RequestKey.Source constant = switch (source) {
            case "client-address" -> RequestKey.Source.SOURCE_CLIENT_ADDRESS;
            case "path" -> RequestKey.Source.SOURCE_PATH;
            case "header" -> RequestKey.Source.SOURCE_HEADER;
            case "cookie" -> RequestKey.Source.SOURCE_COOKIE;
            default -> throw invalid(path, text, KEYS);
        };
        boolean named = source.equals("header") || source.equals("cookie");
        if (named == name.isEmpty()) {
            throw invalid(path, text, KEYS);
        }
        return RequestKey.newBuilder().setSource(constant).setName(name).build();
    }

    private static FieldException invalid(String path, @Nullable Object value, String expected) {
        return FieldException.invalid(path, found(value), expected);
    }

    private static String found(@Nullable Object value) {
        if (value == null) {
            return "nothing";
        }
        if (value instanceof String text) {
            return Check.quote(text);
        }
        return value instanceof Map ? "an object" : value instanceof List ? "an array" : value.toString();
    }
}
