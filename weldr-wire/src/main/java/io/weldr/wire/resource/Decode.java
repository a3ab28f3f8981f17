package io.weldr.wire.resource;

import com.google.protobuf.ProtocolMessageEnum;
import io.weldr.core.Words;
import io.weldr.core.pool.RequestKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What decoding and encoding of all resources share. */
final class Decode {
    private static final Pattern OWN_NAME = Pattern.compile("[a-z]+: ");

    private Decode() {}

    /** Runs {@code value} and puts {@code path} before the field that its failure names. */
    static <T> T at(String path, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(path + "." + e.getMessage(), e);
        }
    }

    /** Decodes each, naming its place if it fails: {@code matches[1].path: …}. */
    static <F, T> List<T> each(String field, List<F> from, Function<F, T> decode) {
        List<T> all = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            F item = from.get(i);
            all.add(at(field + "[" + i + "]", () -> decode.apply(item)));
        }
        return all;
    }

    /** Decodes each text, naming its place if it fails: {@code hosts[1]: …}. */
    static <T> List<T> texts(String field, List<String> from, Function<String, T> parse) {
        List<T> all = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            all.add(text(field + "[" + i + "]", from.get(i), parse));
        }
        return all;
    }

    /**
     * Parses a text, naming its field if it fails. The parser has a name of its own for what it reads, as in {@code
     * network: …}: the name of the field takes its place.
     */
    static <T> T text(String field, String from, Function<String, T> parse) {
        try {
            return parse.apply(from);
        } catch (IllegalArgumentException e) {
            String line = String.valueOf(e.getMessage());
            Matcher named = OWN_NAME.matcher(line);
            throw new IllegalArgumentException(
                    field + ": " + (named.lookingAt() ? line.substring(named.end()) : line), e);
        }
    }

    static @Nullable String optional(String text) {
        return text.isEmpty() ? null : text;
    }

    static String orElse(String text, String otherwise) {
        return text.isEmpty() ? otherwise : text;
    }

    static Duration duration(String field, com.google.protobuf.Duration from) {
        try {
            return Duration.ofSeconds(from.getSeconds(), from.getNanos());
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(field + ": " + from.getSeconds() + " s (expected: a duration)", e);
        }
    }

    static com.google.protobuf.Duration encode(Duration duration) {
        return com.google.protobuf.Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }

    /**
     * The constant of weldr-core for a constant of a message. Both have the same words, which a test checks for all.
     *
     * @return null if the field is absent
     */
    static <E extends Enum<E>> @Nullable E constant(String field, Class<E> type, ProtocolMessageEnum from) {
        if (!(from instanceof Enum<?> named) || named.name().equals("UNRECOGNIZED")) {
            throw new IllegalArgumentException(field
                    + ": a value that this version of weldr does not know (expected: one of " + words(type) + ")");
        }
        if (from.getNumber() == 0) {
            return null;
        }
        String prefix = prefix(from);
        return Enum.valueOf(type, from.getValueDescriptor().getName().substring(prefix.length()));
    }

    static <E extends Enum<E>> E constant(String field, E otherwise, ProtocolMessageEnum from) {
        E constant = constant(field, otherwise.getDeclaringClass(), from);
        return constant == null ? otherwise : constant;
    }

    /** The constant of a message for a constant of weldr-core. */
    static <P extends Enum<P> & ProtocolMessageEnum> P constant(Class<P> type, Enum<?> from) {
        P zero = type.getEnumConstants()[0];
        return Enum.valueOf(type, prefix(zero) + from.name());
    }

    /** {@code SAME_SITE_} for the constants of SameSite. */
    private static String prefix(ProtocolMessageEnum constant) {
        String zero = constant.getDescriptorForType().findValueByNumber(0).getName();
        return zero.substring(0, zero.length() - "UNSPECIFIED".length());
    }

    private static <E extends Enum<E>> String words(Class<E> type) {
        List<String> words = new ArrayList<>();
        for (E constant : type.getEnumConstants()) {
            words.add(Words.of(constant));
        }
        return String.join(", ", words).toLowerCase(Locale.ROOT);
    }

    static RequestKey key(String field, io.weldr.proto.resource.v1.RequestKey from) {
        return at(field, () -> {
            RequestKey.Source source = constant("source", RequestKey.Source.CLIENT_ADDRESS, from.getSource());
            return new RequestKey(source, optional(from.getName()));
        });
    }

    static io.weldr.proto.resource.v1.RequestKey encode(RequestKey key) {
        io.weldr.proto.resource.v1.RequestKey.Builder to = io.weldr.proto.resource.v1.RequestKey.newBuilder()
                .setSource(constant(io.weldr.proto.resource.v1.RequestKey.Source.class, key.source()));
        if (key.name() != null) {
            to.setName(key.name());
        }
        return to.build();
    }
}
