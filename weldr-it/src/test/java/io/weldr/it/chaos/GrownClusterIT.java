package io.weldr.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that grew from one node to three and to five, by nodes that joined, bears what every cluster bears. */
class GrownClusterIT {
    private static final int CHANGES = 30;
    private static final int ROUNDS = 4;

    private final long seed = DiskArena.seed();
    private final Random random = new Random(seed);

    @TempDir
    private Path folder;

    @Test
    @Tag("nightly")
    void aClusterOfFiveThatBeganAsOneNodeBearsTheLossOfTwo() throws Exception {
        System.out.println("grown cluster: seed " + seed);
        List<TestNode> members = new CopyOnWriteArrayList<>();
        History history = new History();
        try (TestCluster first = TestCluster.start(folder, 1)) {
            members.add(first.node(1));
            try (Clients clients = new Clients(history, members, 4, 10, random.nextLong())) {
                Judge.tell(members, () -> {
                    Judge.awaitChanges(history, CHANGES);
                    while (members.size() < 5) {
                        join(members, history);
                    }
                    for (int round = 0; round < ROUNDS; round++) {
                        loseTwo(members, history);
                    }
                    Judge.judge(history, clients, members);
                });
            }
        } finally {
            members.forEach(TestNode::close);
        }
    }

    private void join(List<TestNode> members, History history) {
        TestNode newcomer = TestCluster.newcomer(folder, "n" + (members.size() + 1));
        TestNode asked = members.get(random.nextInt(members.size()));
        newcomer.launch("--join", asked.adminAddress());
        newcomer.awaitReady();
        members.add(newcomer);
        await("the voters").until(() -> newcomer.voters().size() == members.size());
        Judge.awaitChanges(history, CHANGES);
    }

    /** The leader is killed, another member is killed or hangs; then three of five go on. */
    private void loseTwo(List<TestNode> members, History history) {
        TestNode leader = await("a leader")
                .until(
                        () -> members.stream()
                                .filter(TestNode::isLeader)
                                .findFirst()
                                .orElse(null),
                        node -> node != null);
        List<TestNode> others = new ArrayList<>(members);
        others.remove(leader);
        TestNode second = others.get(random.nextInt(others.size()));
        boolean pause = random.nextBoolean();
        if (pause) {
            second.pause();
        } else {
            second.kill();
        }
        leader.kill();
        Judge.awaitChanges(history, CHANGES);
        if (pause) {
            second.resume();
        } else {
            restart(second);
        }
        restart(leader);
        assertThat(members).allMatch(TestNode::isAlive);
        Judge.awaitChanges(history, CHANGES);
    }

    /** Its disk tells it whom it belongs to. */
    private static void restart(TestNode node) {
        node.launch();
        node.awaitReady();
    }
}
