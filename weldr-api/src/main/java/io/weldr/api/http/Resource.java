package io.weldr.api.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import io.weldr.api.auth.Caller;
import io.weldr.core.token.Role;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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

    /** A handler, the role that it needs, and the query parameters that it knows. */
    record Operation(Handler handler, Role needs, Set<String> parameters) {}

    /** For viewers, if it only reads, else for administrators. */
    Resource on(HttpMethod method, Handler handler, String... parameters) {
        return on(method, method.equals(HttpMethod.GET) ? Role.VIEWER : Role.ADMIN, handler, parameters);
    }

    /** For callers of that role. */
    Resource on(HttpMethod method, Role needs, Handler handler, String... parameters) {
        operations.put(method, new Operation(handler, needs, new LinkedHashSet<>(java.util.List.of(parameters))));
        return this;
    }

    /** Answers GET by a stream that writes to the response itself. */
    Resource streaming(Stream handler) {
        stream = handler;
        return this;
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
