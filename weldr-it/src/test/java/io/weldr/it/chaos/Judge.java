package io.weldr.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.SameState;
import io.weldr.it.harness.TestNode;
import java.util.List;
import java.util.stream.Collectors;

/** What every story of faults asks for at its end, and what it tells of a failure. */
final class Judge {
    private Judge() {}

    /** Nothing that was acknowledged is lost, nothing is back, and the members are equal. Ends the clients. */
    static void judge(History history, Clients clients, List<TestNode> members) throws Exception {
        clients.stop();
        for (TestNode node : members) {
            await("all origins through " + node.id()).until(() -> clients.readAll(node));
        }
        SameState.await(members);
        System.out.println("judged: " + history.summary());
        assertThat(history.surprises()).as("answers that must not be").isEmpty();
        assertThat(history.broken())
                .as("origins with an acknowledged change lost or resurrected")
                .isEmpty();
        assertThat(history.revisionsOutOfOrder())
                .as("revisions in an order that cannot be")
                .isEmpty();
    }

    static void awaitChanges(History history, int count) {
        int before = history.acknowledgedCount();
        await("changes").until(() -> history.acknowledgedCount() > before + count);
    }

    /** A story; if it fails, the error has what each node says and wrote. */
    interface Story {
        void tell() throws Exception;
    }

    static void tell(List<TestNode> nodes, Story story) throws Exception {
        try {
            story.tell();
        } catch (Exception | AssertionError e) {
            throw new AssertionError(
                    e.getMessage() + nodes.stream().map(Judge::account).collect(Collectors.joining()), e);
        }
    }

    private static String account(TestNode node) {
        return "\n" + node.id() + (node.isAlive() ? " runs: " : " does not run: ")
                + Http.get(node.adminUrl() + "/readyz?verbose").body() + "\n"
                + Http.get(node.adminUrl() + "/cluster").body() + "\n"
                + Http.get(node.adminUrl() + "/v1/cluster/members").body() + "\n" + Arena.tail(node);
    }
}
