package io.weldr.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.state.MemberId;
import io.weldr.raft.node.World.Node;
import io.weldr.raft.node.World.RaftGroup;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Lives of whole clusters, some hundred thousand steps a second. Each run has a seed, which a failure tells. */
class LifeCycleTest {
    private static final int RUNS = Integer.getInteger("lives", 250);

    /** A minute, in which whatever can come about has. */
    private static final int PATIENCE = 600;

    private static void runs(String what, Consumer<World> story) {
        long first = Long.getLong("seed", System.nanoTime());
        System.out.println(what + ": " + RUNS + " runs from seed " + first);
        for (long seed = first; seed < first + RUNS; seed++) {
            World world = new World(seed);
            try {
                story.accept(world);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        what + ", seed " + seed + ": " + e.getMessage() + "\n" + world + "\n" + world.story(), e);
            }
        }
    }

    private static void until(World world, java.util.function.BooleanSupplier holds) {
        for (int tick = 0; tick < PATIENCE && !holds.getAsBoolean(); tick++) {
            world.tick();
        }
        assertThat(holds.getAsBoolean()).as("after a minute").isTrue();
    }

    private static boolean allMembers(World world) {
        return world.nodes.values().stream().allMatch(Node::member);
    }

    private static Node any(World world) {
        return world.get(World.id(1 + world.random.nextInt(world.nodes.size())));
    }

    private static void startAll(World world) {
        world.nodes.values().forEach(Node::start);
    }

    @Test
    void peersFormOneClusterInWhateverOrderTheyStart() {
        runs("forming", world -> {
            world.lost = world.random.nextInt(40);
            int peers = 2 + world.random.nextInt(4);
            for (int n = 1; n <= peers; n++) {
                world.node(n, peers, false, false);
            }
            for (int i = 0; i < 40; i++) {
                Node node = any(world);
                if (node.up && world.random.nextInt(4) == 0) {
                    node.crash();
                } else {
                    node.start();
                }
                world.tick();
            }
            startAll(world);
            world.lost = 0;
            until(world, () -> allMembers(world));
            assertThat(world.groups).hasSize(1);
        });
    }

    @Test
    void aNodeThatWasToldToFormsItAndTheOthersJoin() {
        runs("bootstrap", world -> {
            int peers = 2 + world.random.nextInt(4);
            int told = 1 + world.random.nextInt(peers);
            for (int n = 1; n <= peers; n++) {
                world.node(n, peers, n == told, false);
            }
            for (int i = 0; i < 20; i++) {
                any(world).start();
                world.tick();
            }
            startAll(world);
            until(world, () -> allMembers(world));
            assertThat(world.groups).hasSize(1);
        });
    }

    /** Crashes, lost messages, emptied disks and lost or damaged logs, at most one of them at a time. */
    @Test
    void aClusterOutlivesWhatBefallsOneOfItsNodes() {
        runs("faults", world -> {
            int peers = 3 + 2 * world.random.nextInt(2);
            for (int n = 1; n <= peers; n++) {
                world.node(n, peers, false, false);
            }
            startAll(world);
            until(world, () -> allMembers(world));
            for (int fault = 0; fault < 6; fault++) {
                world.lost = world.random.nextInt(30);
                Node node = any(world);
                befall(world, node);
                for (int i = world.random.nextInt(30); i > 0; i--) {
                    world.tick();
                }
                node.start();
                for (int i = world.random.nextInt(10); i > 0; i--) {
                    world.tick();
                }
                world.lost = 0;
                until(world, () -> allMembers(world));
            }
            assertThat(world.groups).hasSize(1);
        });
    }

    private static void befall(World world, Node node) {
        switch (world.random.nextInt(4)) {
            case 0 -> node.crash();
            case 1 -> node.wipe();
            case 2 -> node.loseLog();
            default -> node.damage();
        }
    }

    /** More than a cluster can stand: it may have to wait for an operator, and must never go on without an entry. */
    @Test
    void whateverBefallsAnyOfThemNothingIsCommittedTwice() {
        runs("anything", world -> {
            int peers = 3;
            for (int n = 1; n <= peers; n++) {
                world.node(n, peers, false, false);
            }
            world.node(peers + 1, peers, false, true);
            world.learner(peers + 2, peers);
            for (int i = 0; i < 300; i++) {
                world.lost = world.random.nextInt(60);
                Node node = any(world);
                switch (world.random.nextInt(12)) {
                    case 0 -> node.crash();
                    case 1, 2, 3 -> node.start();
                    case 4 -> {
                        if (world.random.nextInt(4) == 0 && survives(world, node)) {
                            befall(world, node);
                        }
                    }
                    case 5 -> world.remove(node.settings.self());
                    default -> world.tick();
                }
            }
        });
    }

    /** Whether another node that is up or down holds a whole log: else all is lost, and a new cluster is right. */
    private static boolean survives(World world, Node node) {
        return world.groups.values().stream()
                .allMatch(group -> world.nodes.values().stream()
                        .anyMatch(other -> other != node
                                && other.logs.entrySet().stream()
                                        .anyMatch(log -> world.groups.get(log.getKey()) == group)));
    }

    @Test
    void nodesJoinAndAreRemovedForGood() {
        runs("members", world -> {
            int peers = 3;
            for (int n = 1; n <= peers; n++) {
                world.node(n, peers, false, false);
            }
            startAll(world);
            until(world, () -> allMembers(world));
            world.lost = world.random.nextInt(30);
            world.node(peers + 1, peers, false, true).start();
            world.learner(peers + 2, peers).start();
            until(world, () -> allMembers(world));
            MemberId leaver = World.id(1 + world.random.nextInt(5));
            Node leaving = world.get(leaver);
            boolean down = world.random.nextBoolean();
            if (down) {
                leaving.crash();
            }
            RaftGroup group = world.groups.values().iterator().next();
            until(world, () -> {
                world.remove(leaver);
                return group.voters().seat(leaver) == null;
            });
            if (down) {
                leaving.start();
            }
            world.lost = 0;
            until(world, () -> leaving.left);
            leaving.crash();
            leaving.start();
            for (int i = 0; i < 30; i++) {
                world.tick();
            }
            assertThat(leaving.left).isTrue();
            assertThat(group.voters().seat(leaver)).isNull();
            assertThat(List.copyOf(world.groups.values())).hasSize(1);
        });
    }
}
