package io.weldr.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.MethodDescriptor;
import io.weldr.api.admin.ResourceKind;
import io.weldr.api.testkit.TestCluster;
import io.weldr.proto.admin.v1.AdminGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Both APIs have the same operations, and the reference says which call is which request. */
class OperationsIT {
    private static final Pattern OPERATION = Pattern.compile("`([A-Z]+) (/[^` ]*)`");

    private static TestCluster cluster;
    private static Client client;

    @BeforeAll
    static void start() throws Exception {
        cluster = TestCluster.start(1);
        client = new Client(cluster.node(1));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static List<String> calls() {
        return AdminGrpc.getServiceDescriptor().getMethods().stream()
                .map(MethodDescriptor::getBareMethodName)
                .map(Objects::requireNonNull)
                .toList();
    }

    private static List<String> lines(String document) throws IOException {
        return Files.readAllLines(Path.of("..", "docs", "reference", document));
    }

    /** The requests that the reference names for each call. */
    private static Map<String, List<String>> documentedCalls() throws IOException {
        Map<String, List<String>> calls = new LinkedHashMap<>();
        Pattern row = Pattern.compile("\\| `([A-Z][A-Za-z]+)` \\| (.*) \\|");
        for (String line : lines("grpc.md")) {
            Matcher found = row.matcher(line);
            if (found.matches()) {
                List<String> requests = new ArrayList<>();
                OPERATION
                        .matcher(found.group(2))
                        .results()
                        .forEach(one -> requests.add(one.group(1) + " " + one.group(2)));
                calls.put(found.group(1), requests);
            }
        }
        return calls;
    }

    /** The methods that the node says there are at a path. */
    private static List<String> allowed(String path) {
        String real = path.replaceAll("\\{[a-z]+}", "default");
        return List.of(client.send("OPTIONS", real, null).field("Allow").split(", ", -1));
    }

    @Test
    void everyCallIsDocumentedWithARequestThatTheNodeTakes() throws IOException {
        Map<String, List<String>> documented = documentedCalls();
        assertThat(documented.keySet()).containsExactlyInAnyOrderElementsOf(calls());
        documented.forEach((call, requests) -> {
            assertThat(requests).as(call).isNotEmpty();
            for (String request : requests) {
                String[] parts = request.split(" ", 2);
                boolean probe = List.of("/readyz").contains(parts[1]);
                if (!probe) { // there OPTIONS is answered as GET
                    assertThat(allowed(parts[1])).as(request).contains(parts[0]);
                }
            }
        });
    }

    @Test
    void everyRequestBelowV1IsDocumentedWithItsCall() throws IOException {
        TreeSet<String> withCall = new TreeSet<>();
        documentedCalls().values().forEach(withCall::addAll);
        Pattern row = Pattern.compile("\\| `(/v1/[^`]+)` \\| ([A-Z, ]+) \\| .*");
        int rows = 0;
        for (String line : lines("api.md")) {
            Matcher found = row.matcher(line);
            if (found.matches()) {
                rows++;
                List<String> methods = List.of(found.group(2).split(", ", -1));
                List<String> allowed = new ArrayList<>(allowed(found.group(1)));
                allowed.removeAll(List.of("HEAD", "OPTIONS"));
                assertThat(methods).as(line).containsExactlyInAnyOrderElementsOf(allowed);
                for (String method : methods) {
                    assertThat(withCall).contains(method + " " + found.group(1));
                }
            }
        }
        assertThat(rows).isGreaterThan(10);
    }

    @Test
    void everyKindOfResourceHasTheSameOperationsInBoth() {
        for (ResourceKind<?, ?> kind : ResourceKind.ALL) {
            String one = capital(kind.singular());
            assertThat(calls())
                    .contains(
                            "List" + capital(kind.plural()),
                            "Get" + one,
                            "Create" + one,
                            "Update" + one,
                            "Delete" + one);
            assertThat(allowed("/v1/" + kind.plural())).contains("GET", "POST");
            assertThat(allowed("/v1/" + kind.plural() + "/{name}")).contains("GET", "PUT", "PATCH", "DELETE");
        }
    }

    private static String capital(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }
}
