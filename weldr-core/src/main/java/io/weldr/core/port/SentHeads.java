package io.weldr.core.port;

import io.weldr.core.listener.Listener;
import io.weldr.core.pool.Origin;
import io.weldr.core.route.RouteMatched;
import io.weldr.core.route.RouteTest.SampleRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells what the proxy of this node would send to an origin. Any thread; depends on the settings of the node alone. */
@FunctionalInterface
public interface SentHeads {
    /**
     * The head of a request that comes to the listener, takes the route, and goes to the origin. It is written by what
     * writes heads for clients. Its request id is an example.
     */
    Head head(SampleRequest request, Listener listener, RouteMatched matched, Origin origin);

    /**
     * The head of a request as an origin gets it.
     *
     * @param target path and query; empty if the proxy refuses the request
     * @param fields in the order in which they are sent; none if the proxy refuses the request
     * @param refused why the proxy refuses it before it looks for a route, for people; null: it does not
     */
    record Head(String target, List<Field> fields, @Nullable String refused) {
        public Head {
            fields = List.copyOf(fields);
        }
    }

    /**
     * A line of the header section.
     *
     * @param name the name, as it is sent
     * @param value the value, as it is sent
     */
    record Field(String name, String value) {}
}
