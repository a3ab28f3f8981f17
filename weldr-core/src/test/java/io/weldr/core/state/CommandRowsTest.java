package io.weldr.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HostPolicy;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.Verdict;
import io.weldr.core.state.Outcome.Accepted;
import io.weldr.core.state.Outcome.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds after any row of commands, whatever they are. */
class CommandRowsTest extends AppliedCommands {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyRowOfCommandsKeepsTheInvariantsAndReplaysToTheSameState(long seed) {
        Random random = new Random(seed);
        List<Command> commands = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            Command command = randomCommand(random);
            commands.add(command);
            ClusterState before = state;
            Outcome outcome = apply(command);
            boolean changed = outcome instanceof Accepted accepted && accepted.effect() != Effect.UNCHANGED;
            assertThat(!state.equals(before))
                    .as("seed %d, command %d: %s -> %s", seed, i, command, outcome)
                    .isEqualTo(changed);
            assertThat(state.revision()).isEqualTo(changed ? index : before.revision());
            for (Origin origin : state.defaultPool().origins()) {
                assertThat(origin.created()).isLessThanOrEqualTo(origin.generation());
                assertThat(origin.generation()).isLessThanOrEqualTo(origin.modified());
                assertThat(origin.modified()).isLessThanOrEqualTo(state.revision());
            }
        }
        ClusterState replayed = ClusterState.INITIAL;
        for (int i = 0; i < commands.size(); i++) {
            replayed = replayed.apply(commands.get(i), i + 1).next();
        }
        assertThat(replayed).isEqualTo(state);
    }

    private Command randomCommand(Random random) {
        OriginUrl url = OriginUrl.parse(
                (random.nextInt(8) == 0 ? "https" : "http") + "://127.0.0.1:" + (1 + random.nextInt(12)));
        OriginRef ref = random.nextBoolean()
                ? new OriginRef.ByAddress(url.address())
                : new OriginRef.ById(OriginId.of(new HostPort("127.0.0.1", 1 + random.nextInt(12))));
        Long expected = random.nextInt(4) == 0 ? (Long) (index - random.nextInt(5)) : null;
        PoolName pool = random.nextInt(20) == 0 ? new PoolName("web") : PoolName.DEFAULT;
        return switch (random.nextInt(8)) {
            case 0, 1 ->
                new Command.AddOrigin(
                        pool,
                        new OriginSpec(url, null, random.nextBoolean() ? null : random.nextInt(101), null, null),
                        random.nextInt(5) == 0,
                        NOW);
            case 2 -> new Command.RemoveOrigin(pool, ref, expected, NOW);
            case 3 ->
                new Command.UpdateOrigin(
                        pool,
                        ref,
                        new OriginPatch(
                                random.nextInt(3) == 0 ? url : null,
                                random.nextBoolean() ? null : random.nextInt(101),
                                null,
                                null,
                                random.nextBoolean() ? null : HostPolicy.REWRITE,
                                null,
                                random.nextBoolean()),
                        expected,
                        NOW);
            case 4 ->
                new Command.UpdateOrigin(
                        pool,
                        ref,
                        random.nextBoolean()
                                ? Command.adminPatch(AdminState.DRAINING, NOW)
                                : Command.adminPatch(AdminState.MAINTENANCE, null),
                        expected,
                        NOW);
            case 5 ->
                new Command.RecordVerdict(
                        pool,
                        OriginId.of(url.address()),
                        Math.max(0, index - random.nextInt(30)),
                        new Verdict(random.nextBoolean(), NOW, "random"),
                        null,
                        NOW);
            case 6 -> new Command.RaiseClusterVersion(new ClusterVersion(random.nextInt(40) == 0 ? 1 : 0), NOW);
            default -> new Command.AnnounceMember(member("n" + random.nextInt(20), 1 + random.nextInt(3)), NOW);
        };
    }
}
