package io.weldr.core.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HostPolicy;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RotationTest {
    @Test
    void equalWeightsTakeTurns() {
        Rotation rotation = Rotation.of(List.of(origin(1, 5, true), origin(2, 5, true), origin(3, 5, true)));
        assertThat(turn(rotation, 0, 6)).containsExactly("o1", "o2", "o3", "o1", "o2", "o3");
    }

    @Test
    void weightsAreSharedWithoutBursts() {
        Rotation rotation = Rotation.of(List.of(origin(1, 4, true), origin(2, 1, true), origin(3, 1, true)));
        List<String> turn = turn(rotation, 0, 6);
        assertThat(turn).containsOnly("o1", "o2", "o3").filteredOn("o1"::equals).hasSize(4);
        assertThat(String.join("", turn)).doesNotContain("o1o1o1");
    }

    @Test
    void whoIsDownOrWeighsNothingHasNoTurn() {
        Rotation rotation = Rotation.of(List.of(origin(1, 1, false), origin(2, 0, true), origin(3, 1, true)));
        assertThat(rotation.size()).isOne();
        assertThat(turn(rotation, 0, 3)).containsOnly("o3");
        assertThat(Rotation.of(List.of()).size()).isZero();
    }

    @Test
    void theCursorMayOverflow() {
        Rotation rotation = Rotation.of(List.of(origin(1, 1, true), origin(2, 1, true)));
        assertThat(turn(rotation, Integer.MAX_VALUE, 2)).containsExactlyInAnyOrder("o1", "o2");
    }

    @Test
    void aFullPoolOfUnequalWeightsStaysBoundedAndNobodyStarves() {
        List<Origin> origins = new ArrayList<>();
        for (int i = 0; i < 1024; i++) {
            origins.add(origin(i, 1 + i % 100, true));
        }
        Rotation rotation = Rotation.of(origins);
        Map<String, Integer> turns = new HashMap<>();
        for (String id : turn(rotation, 0, Rotation.SLOTS_MAX)) {
            turns.merge(id, 1, Integer::sum);
        }
        assertThat(turns).hasSize(1024);
        assertThat(turns.get("o99")).isGreaterThan(turns.get("o0"));
    }

    private static List<String> turn(Rotation rotation, int from, int count) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(rotation.at(from + i).id().value());
        }
        return ids;
    }

    private static Origin origin(int number, int weight, boolean up) {
        return new Origin(
                new OriginId("o" + number),
                OriginUrl.parse("http://h" + number),
                weight,
                AdminState.ENABLED,
                null,
                new Verdict(up, Instant.EPOCH, ""),
                HostPolicy.PRESERVE,
                null,
                1,
                1,
                1);
    }
}
