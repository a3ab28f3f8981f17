package io.weldr.api.admin;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.Stamp;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteName;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.core.tls.OriginTrust;
import io.weldr.wire.resource.Listeners;
import io.weldr.wire.resource.Pools;
import io.weldr.wire.resource.Routes;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Pools, listeners and routes: one row of a table for each. The HTTP API and the gRPC API make all their operations on
 * these out of the rows.
 *
 * @param singular as it stands in texts: {@code pool}
 * @param plural as it stands in paths: {@code pools}
 * @param prototype an empty message of its type
 * @param key reads a name, or throws {@link IllegalArgumentException}
 * @param all those of a state, by name
 * @param encode what an operator says of one
 * @param put the command that writes what a message says, or {@link IllegalArgumentException}
 * @param absent what an operation on a name answers that there is none of
 * @param <K> its name
 * @param <R> its value in the state
 */
public record ResourceKind<K, R>(
        String singular,
        String plural,
        Message prototype,
        Function<String, K> key,
        Function<ClusterState, SortedMap<K, R>> all,
        Function<R, Stamp> stamp,
        Function<R, Message> encode,
        Put put,
        Remove<K> remove,
        ProblemType absent) {

    /** Makes the command that writes a resource. */
    @FunctionalInterface
    public interface Put {
        /** The command for what the message says. */
        Command command(Message message, Condition condition, Instant at);
    }

    /** Makes the command that removes a resource. */
    @FunctionalInterface
    public interface Remove<K> {
        /** The command for that name. */
        Command command(K name, @Nullable Long expectedRevision, Instant at);
    }

    /** What a command is checked against is said by the leader, whatever stands there before. */
    private static final long NOT_CHECKED = 0;

    public static final ResourceKind<PoolName, Pool> POOL = new ResourceKind<>(
            "pool",
            "pools",
            io.weldr.proto.resource.v1.Pool.getDefaultInstance(),
            PoolName::new,
            ClusterState::pools,
            Pool::stamp,
            Pools::encode,
            (message, condition, at) -> {
                Pools.Spec spec = Pools.decode((io.weldr.proto.resource.v1.Pool) message);
                OriginTrust.check(spec.settings().tls());
                return new Command.PutPool(spec.name(), spec.health(), spec.settings(), condition, at);
            },
            Command.RemovePool::new,
            ProblemType.NO_SUCH_POOL);

    public static final ResourceKind<ListenerName, Listener> LISTENER = new ResourceKind<>(
            "listener",
            "listeners",
            io.weldr.proto.resource.v1.Listener.getDefaultInstance(),
            ListenerName::new,
            ClusterState::listeners,
            Listener::stamp,
            Listeners::encode,
            (message, condition, at) -> new Command.PutListener(
                    Listeners.decode((io.weldr.proto.resource.v1.Listener) message), condition, at),
            Command.RemoveListener::new,
            ProblemType.NO_SUCH_LISTENER);

    public static final ResourceKind<RouteName, Route> ROUTE = new ResourceKind<>(
            "route",
            "routes",
            io.weldr.proto.resource.v1.Route.getDefaultInstance(),
            RouteName::new,
            ClusterState::routes,
            Route::stamp,
            Routes::encode,
            (message, condition, at) -> new Command.PutRoute(
                    Routes.decode((io.weldr.proto.resource.v1.Route) message), condition, NOT_CHECKED, at),
            (name, expected, at) -> new Command.RemoveRoute(name, expected, NOT_CHECKED, at),
            ProblemType.NO_SUCH_ROUTE);

    /** The whole table. */
    public static final List<ResourceKind<?, ?>> ALL = List.of(POOL, LISTENER, ROUTE);

    private FieldDescriptor nameField() {
        return prototype.getDescriptorForType().findFieldByName("name");
    }

    /** The name that a message has; empty if it has none. */
    public String name(Message message) {
        return (String) message.getField(nameField());
    }

    /** The same message with that name. */
    public Message named(Message message, String name) {
        return message.toBuilder().setField(nameField(), name).build();
    }

    /** The name as a key, or a problem that says what is wrong with it. */
    public K parse(String name) {
        if (name.isEmpty()) {
            throw Problem.of(ProblemType.INVALID_VALUE, "name: nothing", "1 to 64 letters, digits or any of -_.")
                    .exception();
        }
        try {
            return key.apply(name);
        } catch (IllegalArgumentException e) {
            String line = String.valueOf(e.getMessage());
            String named = line.startsWith(singular + ": ") ? "name" + line.substring(singular.length()) : line;
            throw Problem.ofLine(ProblemType.INVALID_VALUE, named, "a name").exception();
        }
    }

    /** There is none of that name. */
    Problem noSuch(K name) {
        return Problem.of(absent, "there is no " + singular + " " + name, "the name of a " + singular);
    }
}
