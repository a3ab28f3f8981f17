package io.weldr.api.json;

import com.google.protobuf.Message;
import io.weldr.api.admin.ResourceKind;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.Check;
import io.weldr.wire.json.FieldException;
import io.weldr.wire.json.MergePatch;
import io.weldr.wire.json.ResourceJson;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Reads pools, listeners, routes and certificates out of bodies. Every method throws {@link
 * io.weldr.api.error.ProblemException} with what was found and expected.
 */
public final class ResourceBodies {
    private ResourceBodies() {}

    /** A new resource. Its name stands in the body. */
    public static Message created(ResourceKind<?, ?> kind, byte[] body) {
        Message message = message(kind, members(body));
        kind.parse(kind.name(message));
        return message;
    }

    /** The whole of a resource. Its name may stand in the body if it is that of the path. */
    public static Message whole(ResourceKind<?, ?> kind, String name, byte[] body) {
        return named(kind, message(kind, members(body)), name);
    }

    /** What makes another resource of one, by a JSON Merge Patch (RFC 7396). */
    public static UnaryOperator<Message> patch(ResourceKind<?, ?> kind, String name, byte[] body) {
        Map<String, Object> patch = members(body);
        message(kind, patch); // what could be right with no resource needs no quorum to be refused
        return before -> named(kind, message(kind, MergePatch.apply(ResourceJson.tree(before), patch)), name);
    }

    /** What only answers say may stand there, so that an answer can be changed and sent back. */
    private static Map<String, Object> members(byte[] body) {
        Map<?, ?> tree = StrictJson.object(body).tree();
        return reading(() -> ResourceJson.withoutAnswered(tree));
    }

    private static Message message(ResourceKind<?, ?> kind, Map<String, Object> members) {
        return read("", members, kind.prototype().newBuilderForType()).build();
    }

    private static Message named(ResourceKind<?, ?> kind, Message message, String name) {
        String said = kind.name(message);
        if (!said.isEmpty() && !said.equals(name)) {
            throw Problem.of(
                            ProblemType.INVALID_VALUE,
                            "name: " + Check.quote(said),
                            "the name in the path, " + name + "; a name stays")
                    .exception();
        }
        return kind.named(message, name);
    }

    /** Reads the members into a message; {@code path} stands before their names in errors. */
    static <B extends Message.Builder> B read(String path, Map<?, ?> members, B to) {
        return reading(() -> ResourceJson.read(path, members, to));
    }

    private static <T> T reading(Supplier<T> what) {
        try {
            return what.get();
        } catch (FieldException e) {
            ProblemType type = e.unknown() ? ProblemType.UNKNOWN_FIELD : ProblemType.INVALID_VALUE;
            throw new Problem(type, String.valueOf(e.getMessage()), e.found(), e.expected()).exception();
        }
    }
}
