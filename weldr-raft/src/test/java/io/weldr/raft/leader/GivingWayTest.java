package io.weldr.raft.leader;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.ratis.LogEnd;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.NodeView.Role;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When a node that leads hands leadership over of its own accord. */
class GivingWayTest {
    private static final long BEGIN = System.nanoTime();
    private static final RaftId SELF = RaftId.parse("n1.aaaaaaaaaaaa");
    private static final RaftId OTHER = RaftId.parse("n2.bbbbbbbbbbbb");
    private static final LogEnd WHOLE = new LogEnd(9, 9);
    private static final LogEnd BEHIND = new LogEnd(9, 3);

    private final List<String> handedOver = new ArrayList<>();
    private boolean taken = true;
    private int steppedDown;
    private final GivingWay givingWay = new GivingWay(
            butLast -> {
                handedOver.add("but last " + butLast);
                return taken;
            },
            () -> steppedDown++);

    private static NodeView view(Role role, RaftId leader) {
        HostPort address = new HostPort("127.0.0.1", 1);
        List<Seat> voters = List.of(new Seat(SELF, address, Seat.HIGH), new Seat(OTHER, address, Seat.HIGH));
        return new NodeView(
                SELF, role, true, true, 7, leader, 9, 9, 7, 1000, 0, Map.of(), Map.of(), voters, Set.of(), 1);
    }

    private void look(LogEnd end, Role role, int secondsLater) {
        givingWay.look(
                end, view(role, role == Role.LEADER ? SELF : OTHER), BEGIN + TimeUnit.SECONDS.toNanos(secondsLater));
    }

    @Test
    void aLeaderWhoseDiskHangsSaysSoAndHandsOverOnceInHalfAMinute() {
        look(BEHIND, Role.LEADER, 0);
        assertThat(givingWay.slowDisk()).isNull();
        look(BEHIND, Role.LEADER, 3);
        assertThat(givingWay.slowDisk()).isEqualTo("its disk has taken nothing for 3 s");
        assertThat(handedOver).containsExactly("but last null");
        look(BEHIND, Role.FOLLOWER, 5);
        look(BEHIND, Role.LEADER, 32);
        assertThat(handedOver).hasSize(1);
        look(BEHIND, Role.LEADER, 34);
        assertThat(handedOver).as("leading again, with the disk as it was").hasSize(2);
        look(WHOLE, Role.LEADER, 35);
        assertThat(givingWay.slowDisk()).isNull();
    }

    @Test
    void aLeaderThatDoesNotGetOnStepsDownIfNobodyTakesOver() {
        taken = false;
        for (int second = 0; second <= 6; second++) {
            look(BEHIND, Role.LEADER, second);
        }
        assertThat(givingWay.stall()).isEqualTo("its disk has taken nothing for 6 s");
        assertThat(steppedDown).isEqualTo(1);
        look(BEHIND, Role.FOLLOWER, 7);
        assertThat(givingWay.stall()).isNull();
    }

    @Test
    void aFollowerWhoseDiskHangsSaysSo() {
        look(BEHIND, Role.FOLLOWER, 0);
        look(BEHIND, Role.FOLLOWER, 3);
        assertThat(givingWay.slowDisk()).isEqualTo("its disk has taken nothing for 3 s");
        assertThat(handedOver).isEmpty();
    }

    @Test
    void aNodeThatResignedHandsOnWhatItGetsAndLastToWhomItWasFrom() {
        assertThat(givingWay.resign()).isTrue();
        assertThat(handedOver).containsExactly("but last null");
        givingWay.observed(view(Role.FOLLOWER, OTHER));
        look(WHOLE, Role.FOLLOWER, 1);
        assertThat(handedOver).hasSize(1);
        givingWay.observed(view(Role.LEADER, SELF));
        look(WHOLE, Role.LEADER, 2);
        assertThat(handedOver).last().isEqualTo("but last " + OTHER);
        look(WHOLE, Role.LEADER, 2);
        assertThat(handedOver).as("no faster than once a second").hasSize(2);
    }
}
