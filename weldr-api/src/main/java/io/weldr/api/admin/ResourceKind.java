package io.weldr.api.admin;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.Stamp;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteName;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.core.tls.CertificateReader;
import io.weldr.core.tls.OriginTrust;
import io.weldr.wire.resource.Certificates;
import io.weldr.wire.resource.Listeners;
import io.weldr.wire.resource.Pools;
import io.weldr.wire.resource.Routes;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Pools, listeners, routes and certificates: one row of a table for each. The HTTP API and the gRPC API make all their
 * operations on these out of the rows.
 *
 * @param singular as it stands in texts: {@code pool}
 * @param plural as it stands in paths: {@code pools}
 * @param prototype an empty message of its type
 * @param key reads a name, or throws {@link IllegalArgumentException}
 * @param all those of a state, by name
 * @param encode what an operator says of one
 * @param shown what an answer may show of what a request says
 * @param leans whether what a request says depends on the resource that is there, because it says less than all
 * @param put makes of a message what can be written
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
        UnaryOperator<Message> shown,
        Predicate<Message> leans,
        Put<R> put,
        Remove<K> remove,
        ProblemType absent) {

    /** Checks what a message says, and makes of it what can be written. */
    @FunctionalInterface
    public interface Put<R> {
        /**
         * What can be written.
         *
         * @param before the resource of that name, for a message that {@link ResourceKind#leans}; null: there is none,
         *     or it does not matter
         * @throws IllegalArgumentException the message is not valid; naming a field
         */
        Wish wish(Message message, @Nullable R before, CertificateIntake intake, Instant now);
    }

    /**
     * What is to be written.
     *
     * @param warnings what is odd about it, for people
     */
    public record Wish(CommandOn command, List<String> warnings) {
        public Wish {
            warnings = List.copyOf(warnings);
        }

        /** What needs no check. It cannot be written. */
        static final Wish NOTHING = of((condition, at) -> {
            throw new IllegalStateException("there is nothing to write");
        });

        static Wish of(CommandOn command) {
            return new Wish(command, List.of());
        }
    }

    /** Makes the command that writes something on a condition. */
    @FunctionalInterface
    public interface CommandOn {
        /** The command. */
        Command at(Condition condition, Instant at);
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
            UnaryOperator.identity(),
            message -> false,
            (message, before, intake, now) -> {
                io.weldr.proto.resource.v1.Pool from = (io.weldr.proto.resource.v1.Pool) message;
                checkAuthorities("tls.authorities", from.getTls().getAuthorities());
                Pools.Spec spec = Pools.decode(from);
                OriginTrust.check(spec.settings().tls());
                return Wish.of((condition, at) ->
                        new Command.PutPool(spec.name(), spec.health(), spec.settings(), condition, at));
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
            UnaryOperator.identity(),
            message -> false,
            (message, before, intake, now) -> {
                io.weldr.proto.resource.v1.Listener from = (io.weldr.proto.resource.v1.Listener) message;
                checkAuthorities("tls.clientAuthorities", from.getTls().getClientAuthorities());
                Listener listener = Listeners.decode(from);
                return Wish.of((condition, at) -> new Command.PutListener(listener, condition, at));
            },
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
            UnaryOperator.identity(),
            message -> false,
            (message, before, intake, now) -> {
                Route route = Routes.decode((io.weldr.proto.resource.v1.Route) message);
                return Wish.of((condition, at) -> new Command.PutRoute(route, condition, NOT_CHECKED, at));
            },
            (name, expected, at) -> new Command.RemoveRoute(name, expected, NOT_CHECKED, at),
            ProblemType.NO_SUCH_ROUTE);

    public static final ResourceKind<CertificateName, Certificate> CERTIFICATE = new ResourceKind<>(
            "certificate",
            "certificates",
            io.weldr.proto.resource.v1.Certificate.getDefaultInstance(),
            CertificateName::new,
            ClusterState::certificates,
            Certificate::stamp,
            Certificates::encode,
            message -> CertificateIntake.withoutKeys((io.weldr.proto.resource.v1.Certificate) message),
            message -> CertificateIntake.leans((io.weldr.proto.resource.v1.Certificate) message),
            (message, before, intake, now) -> {
                CertificateIntake.Taken taken =
                        intake.take((io.weldr.proto.resource.v1.Certificate) message, before, now);
                return new Wish(
                        (condition, at) -> new Command.PutCertificate(taken.certificate(), condition, at),
                        taken.warnings());
            },
            Command.RemoveCertificate::new,
            ProblemType.NO_SUCH_CERTIFICATE);

    /** The whole table. */
    public static final List<ResourceKind<?, ?>> ALL = List.of(POOL, LISTENER, ROUTE, CERTIFICATE);

    /** Before the rest, because it says best what is wrong with a file that is no PEM. */
    private static void checkAuthorities(String field, String pem) {
        if (!pem.isEmpty()) {
            CertificateReader.checkAuthorities(field, pem);
        }
    }

    private FieldDescriptor nameField() {
        return prototype.getDescriptorForType().findFieldByName("name");
    }

    /** Whether members are asked what they have made of these: that changes without a revision. */
    public boolean asksMembers() {
        return equals(LISTENER) || equals(CERTIFICATE);
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
