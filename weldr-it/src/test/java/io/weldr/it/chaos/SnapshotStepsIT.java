package io.weldr.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.PowerLossDisk;
import io.weldr.it.harness.PowerLossDisk.Unforced;
import io.weldr.it.harness.TestNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node ends in the middle of a snapshot: of its own, or of one that the leader sends. The disk halts it in a named
 * step; then it is killed, or its machine loses power. It comes back by itself, equal to the others. {@code
 * -Dchaos.seed=} has the same done again.
 */
class SnapshotStepsIT {
    private static final int STEPS_A_BUILD = 2;

    /** More than the leader keeps in its log. */
    private static final int CHANGES_FOR_AN_INSTALL = 150;

    /**
     * Where the node ends.
     *
     * @param step as {@link PowerLossDisk#haltAt} takes it
     * @param install whether the snapshot comes from the leader
     */
    private record Moment(String step, String file, boolean install) {}

    private static final List<Moment> MOMENTS = List.of(
            new Moment("half-write", "snapshot.*", true),
            new Moment("before-create", "snapshot.*.md5.tmp", true),
            new Moment("half-write", "snapshot.*.md5.tmp", true),
            new Moment("before-rename", "snapshot.*.md5", true),
            new Moment("before-rename", "sm.tmp*", true),
            new Moment("after-rename", "sm.tmp*", true), // The old folder is away, the new one is not there.
            new Moment("after-rename", "sm", true),
            new Moment("before-delete", "log_*", true),
            new Moment("after-rename", "raft-meta.conf", true),
            new Moment("before-create", "log_inprogress_*", true),
            new Moment("half-write", "snapshot.*.tmp", false),
            new Moment("before-rename", "snapshot.*", false),
            new Moment("before-create", "snapshot.*.md5.tmp", false),
            new Moment("half-write", "snapshot.*.md5.tmp", false),
            new Moment("before-rename", "snapshot.*.md5", false),
            new Moment("after-rename", "snapshot.*.md5", false),
            new Moment("after-delete", "snapshot.*", false),
            new Moment("before-rename", "log_*-*", false),
            new Moment("after-create", "log_inprogress_*", false),
            new Moment("before-delete", "log_*", false));

    private final long seed = DiskArena.seed();
    private final Random random = new Random(seed);

    @TempDir
    private Path folder;

    @Test
    void aNodeThatEndsInTheMiddleOfASnapshotIsWholeAgain() throws Exception {
        List<Moment> some = new ArrayList<>();
        for (boolean install : new boolean[] {true, false}) {
            List<Moment> kind = new ArrayList<>(MOMENTS);
            kind.removeIf(moment -> moment.install() != install);
            some.add(kind.get(random.nextInt(kind.size())));
        }
        assertThat(some).hasSize(STEPS_A_BUILD);
        play(some);
    }

    @Test
    @Tag("nightly")
    @Timeout(1800)
    void aNodeThatEndsInAnyStepOfASnapshotIsWholeAgain() throws Exception {
        List<Moment> all = new ArrayList<>(MOMENTS);
        Collections.shuffle(all, random);
        play(all);
    }

    private void play(List<Moment> moments) throws Exception {
        System.out.println("snapshot steps: seed " + seed);
        try (DiskArena arena = new DiskArena(folder, 3, random)) {
            arena.tell(() -> play(arena, moments));
        }
    }

    private void play(DiskArena arena, List<Moment> moments) throws Exception {
        arena.begin();
        for (Moment moment : moments) {
            TestNode victim = follower(arena);
            Unforced unforced = List.of(Unforced.values()).get(random.nextInt(3)); // kept: as after a kill
            System.out.println("snapshot steps: " + victim.id() + " at " + moment + ", unforced changes " + unforced);
            end(arena, victim, moment, unforced);
            arena.disk(victim).goOn();
            arena.cluster.start(victim);
            await(victim.id() + " to have caught up").until(() -> linearizable(victim));
        }
        arena.awaitChanges(CHANGES_FOR_AN_INSTALL);
        arena.judge();
    }

    private static void end(DiskArena arena, TestNode victim, Moment moment, Unforced unforced) {
        if (moment.install()) {
            victim.kill();
            arena.awaitChanges(CHANGES_FOR_AN_INSTALL);
            arena.disk(victim).haltAt(moment.step(), moment.file());
            arena.cluster.launch(victim);
        } else {
            arena.disk(victim).haltAt(moment.step(), moment.file());
        }
        arena.disk(victim).awaitHalted();
        arena.losePower(List.of(victim), unforced);
    }

    private static boolean linearizable(TestNode node) {
        int status = io.weldr.it.harness.Http.get(node.adminUrl() + "/servers/192.0.2.1/1")
                .status();
        return status == 200 || status == 404;
    }

    private TestNode follower(DiskArena arena) {
        List<TestNode> followers = arena.cluster.except(arena.cluster.awaitLeader());
        return followers.get(random.nextInt(followers.size()));
    }
}
