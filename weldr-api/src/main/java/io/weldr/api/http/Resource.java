package io.weldr.api.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import io.weldr.api.auth.Caller;
import io.weldr.core.token.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What there is at one path: a handler for each method that it takes. HEAD comes with GET, OPTIONS with everything;
 * where others watch the status, as at {@code /leader}, OPTIONS has the status of GET.
 */
final class Resource {
    private final String path;
    private final Map<HttpMethod, Operation> operations = new LinkedHashMap<>();
    private @Nullable Stream stream;
    private @Nullable Description streamed;
    private boolean watched;
    private boolean open;

    Resource(String path) {
        this.path = path;
    }

    /** Answers a request. Called on the event loop; throws or fails with a problem. */
    @FunctionalInterface
    interface Handler {
        CompletionStage<Answer> handle(Request request);
    }

    /** Writes to the response itself. */
    @FunctionalInterface
    interface Stream {
        void begin(RoutingContext routing, Caller caller);
    }

    /**
     * A handler, the role that it needs, and the query parameters that it knows.
     *
     * @param description null: a file of the dashboard
     */
    record Operation(
            Handler handler,
            Role needs,
            Set<String> parameters,
            @Nullable Description description) {}

    /**
     * An operation, as the OpenAPI document tells it.
     *
     * @param path a colon begins the name of a part that may be anything
     * @param open whether it needs no credential, wherever the node listens
     */
    record Described(
            String method, String path, boolean open, Role needs, Set<String> parameters, Description description) {}

    /** For viewers, if it only reads, else for administrators. */
    Resource on(HttpMethod method, Description description, Handler handler, String... parameters) {
        Role needs = method.equals(HttpMethod.GET) ? Role.VIEWER : Role.ADMIN;
        return on(method, needs, description, handler, parameters);
    }

    /** For callers of that role. */
    Resource on(HttpMethod method, Role needs, Description description, Handler handler, String... parameters) {
        operations.put(method, new Operation(handler, needs, inOrder(parameters), description));
        return this;
    }

    /** A file of the dashboard, which is no operation of the API. */
    Resource file(Handler handler) {
        operations.put(HttpMethod.GET, new Operation(handler, Role.VIEWER, Set.of(), null));
        return open();
    }

    private static Set<String> inOrder(String... parameters) {
        return new LinkedHashSet<>(List.of(parameters));
    }

    /** Answers GET by a stream that writes to the response itself. */
    Resource streaming(Description description, Stream handler) {
        stream = handler;
        streamed = description;
        return this;
    }

    /** Its operations, for the OpenAPI document. Files of the dashboard are left out. */
    List<Described> described() {
        List<Described> all = new ArrayList<>();
        operations.forEach((method, operation) -> {
            Description told = operation.description();
            if (told != null) {
                all.add(new Described(method.name(), path, open, operation.needs(), operation.parameters(), told));
            }
        });
        Description told = streamed;
        if (told != null) {
            all.add(new Described("GET", path, open, Role.VIEWER, WatchStream.PARAMETERS, told));
        }
        return all;
    }

    /** Answers OPTIONS as GET, for load balancers whose checks ask that way. */
    Resource watched() {
        watched = true;
        return this;
    }

    /** Is for everybody, without a credential: nothing of the cluster may be in its answers. */
    Resource open() {
        open = true;
        return this;
    }

    boolean isOpen() {
        return open;
    }

    String path() {
        return path;
    }

    @Nullable Stream stream() {
        return stream;
    }

    /** The operation for that method, or null. */
    @Nullable Operation operation(HttpMethod method) {
        boolean asGet = method.equals(HttpMethod.HEAD) || (watched && method.equals(HttpMethod.OPTIONS));
        return operations.get(asGet ? HttpMethod.GET : method);
    }

    /** The value of an {@code Allow} field (RFC 9110 section 10.2.1). */
    String allow() {
        Set<String> methods = new LinkedHashSet<>();
        for (HttpMethod method : operations.keySet()) {
            methods.add(method.name());
            if (method.equals(HttpMethod.GET)) {
                methods.add("HEAD");
            }
        }
        if (stream != null) {
            methods.add("GET");
        }
        methods.add("OPTIONS");
        return String.join(", ", methods);
    }
}
