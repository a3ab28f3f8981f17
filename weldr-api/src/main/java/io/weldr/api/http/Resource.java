package io.weldr.api.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What there is at one path: a handler for each method that it takes. HEAD comes with GET, OPTIONS with everything; where others
 * watch the status, as at {@code /leader}, OPTIONS has the status of GET.
 */
final class Resource {
    private final String path;
    private final Map<HttpMethod, Operation> operations = new LinkedHashMap<>();
    private @Nullable Consumer<RoutingContext> stream;
    private boolean watched;

    Resource(String path) {
        this.path = path;
    }

    /** Answers a request. Called on the event loop; throws or fails with a problem. */
    @FunctionalInterface
    interface Handler {
        CompletionStage<Answer> handle(Request request);
    }

    /** A handler, and the query parameters that it knows. */
    record Operation(Handler handler, Set<String> parameters) {}

    Resource on(HttpMethod method, Handler handler, String... parameters) {
        operations.put(method, new Operation(handler, new LinkedHashSet<>(java.util.List.of(parameters))));
        return this;
    }

    /** Answers GET by a stream that writes to the response itself. */
    Resource streaming(Consumer<RoutingContext> handler) {
        stream = handler;
        return this;
    }

    /** Answers OPTIONS as GET, for load balancers whose checks ask that way. */
    Resource watched() {
        watched = true;
        return this;
    }

    String path() {
        return path;
    }

    @Nullable Consumer<RoutingContext> stream() {
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
