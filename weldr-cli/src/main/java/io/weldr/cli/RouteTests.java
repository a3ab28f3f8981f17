package io.weldr.cli;

import com.google.protobuf.Message;
import io.weldr.proto.admin.v1.ExplainReply;
import io.weldr.proto.admin.v1.ExplainRequest;
import io.weldr.proto.admin.v1.ListListenersReply;
import io.weldr.proto.admin.v1.ListResourcesRequest;
import io.weldr.proto.admin.v1.ListenerEntry;
import io.weldr.proto.resource.v1.Listener.Protocol;
import io.weldr.proto.resource.v1.Route;
import io.weldr.proto.resource.v1.RouteTest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code weldrctl routes test [NAME]}: the tests that routes carry, on every listener of their route. */
@Command(description = "Runs the tests of routes. The exit code is 1 if a test fails.")
final class RouteTests extends Shared {
    private static final String NO_ROUTE = "none";

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "Only the tests of this route. Default: all routes")
    private @Nullable String name;

    /** One test on one listener; {@code failure} null: it came out as it has to. */
    private record Result(
            String route,
            int test,
            String listener,
            String request,
            @Nullable String failure) {}

    @Override
    void run(Session session, Output output) {
        ListResourcesRequest all = ListResourcesRequest.getDefaultInstance();
        ListListenersReply listeners = session.read(stub -> stub.listListeners(all));
        List<String> http = listeners.getEntriesList().stream()
                .map(ListenerEntry::getListener)
                .filter(listener -> listener.getProtocol() != Protocol.PROTOCOL_TCP)
                .map(listener -> listener.getName())
                .toList();
        List<Result> results = new ArrayList<>();
        boolean found = false;
        Kind kind = Kind.routes();
        for (Message entry : Kind.all(session.read(stub -> kind.list().apply(stub, all)), "entries")) {
            Route route = (Route) kind.resource(entry);
            if (name != null && !name.equals(route.getName())) {
                continue;
            }
            found = true;
            for (String listener : route.getListenersCount() == 0 ? http : route.getListenersList()) {
                for (int i = 0; i < route.getTestsCount(); i++) {
                    RouteTest test = route.getTests(i);
                    results.add(new Result(
                            route.getName(),
                            i + 1,
                            listener,
                            (test.getMethod().isEmpty() ? "GET" : test.getMethod()) + " " + test.getUrl(),
                            failure(route, test, ask(session, test, listener))));
                }
            }
        }
        if (!found && name != null) {
            throw new CliException(
                    ExitCode.NOT_FOUND, "route \"" + Output.printable(name) + "\" (expected: the name of one)");
        }
        print(output, results);
        long failed =
                results.stream().filter(result -> result.failure() != null).count();
        if (failed > 0) {
            throw new CliException(ExitCode.REFUSED, failed + " of " + results.size() + " tests failed");
        }
    }

    private static ExplainReply ask(Session session, RouteTest test, String listener) {
        ExplainRequest request = ExplainRequest.newBuilder()
                .setMethod(test.getMethod())
                .setUrl(test.getUrl())
                .addAllHeaders(test.getHeadersList())
                .setClient(test.getClient())
                .setListener(listener)
                .build();
        return session.read(stub -> stub.explain(request));
    }

    /** What did not come out as the test says, or null. */
    private static @Nullable String failure(Route owner, RouteTest test, ExplainReply reply) {
        String wanted = test.getRoute().isEmpty() ? owner.getName() : test.getRoute();
        String taken = reply.getRoute().isEmpty() ? NO_ROUTE : reply.getRoute();
        if (!wanted.equals(taken)) {
            return "takes route " + taken + " (expected: " + wanted + ")";
        }
        boolean reaches = reply.getPoolsList().stream()
                .anyMatch(pool -> pool.getPool().equals(test.getPool()) && pool.getWeight() > 0);
        if (!test.getPool().isEmpty() && !reaches) {
            return "cannot reach pool " + test.getPool();
        }
        boolean status = reply.hasStatus() && reply.getStatus() == test.getStatus();
        if (test.hasStatus() && !status) {
            return "gets " + (reply.hasStatus() ? "status " + reply.getStatus() : "the status of an origin")
                    + " (expected: " + test.getStatus() + ")";
        }
        return null;
    }

    private static void print(Output output, List<Result> results) {
        if (output.json()) {
            output.json(
                    Map.of("tests", results.stream().map(RouteTests::members).toList()));
            return;
        }
        output.table(
                List.of("ROUTE", "TEST", "LISTENER", "RESULT", "REQUEST"),
                results.stream()
                        .map(result -> List.of(
                                result.route(),
                                Integer.toString(result.test()),
                                result.listener(),
                                result.failure() == null ? "ok" : "FAILED",
                                result.request()))
                        .toList());
        for (Result result : results) {
            if (result.failure() != null) {
                output.line("route " + result.route() + ", test " + result.test() + ", on listener " + result.listener()
                        + ": " + result.failure());
            }
        }
    }

    private static Map<String, Object> members(Result result) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("route", result.route());
        members.put("test", result.test());
        members.put("listener", result.listener());
        members.put("request", result.request());
        members.put("passed", result.failure() == null);
        if (result.failure() != null) {
            members.put("failure", result.failure());
        }
        return members;
    }
}
