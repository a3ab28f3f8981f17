package io.weldr.it.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.awaitility.Awaitility;

/** Whether members have the same state, by revision and content, each asked for what it has itself. */
public final class SameState {
    private static final List<String> PATHS = List.of("/servers", "/v1/history", "/v1/pools/default/health");

    private SameState() {}

    /** Waits until all of them have applied as much; then their states are equal. */
    public static void await(List<TestNode> nodes) {
        Awaitility.await("the same state on all members").untilAsserted(() -> {
            JsonNode first = of(nodes.get(0));
            assertThat(first.at("/~1servers/revision").isMissingNode())
                    .as("a revision in %s", first)
                    .isFalse();
            assertThat(nodes)
                    .allSatisfy(node -> assertThat(of(node)).as(node.id()).isEqualTo(first));
        });
    }

    private static JsonNode of(TestNode node) {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        for (String path : PATHS) {
            ObjectNode part = (ObjectNode)
                    Http.get(node.adminUrl() + path + "?consistency=stale").json();
            part.remove("staleness");
            state.set(path, part);
        }
        return state;
    }
}
