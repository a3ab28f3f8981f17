package io.weldr.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.state.Outcome.Effect;
import io.weldr.core.state.Outcome.Refusal;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What each command does to the state, and which it refuses. */
class ClusterStateTest extends AppliedCommands {
    @Test
    void anAddedOriginIsUpAtOnceAndCarriesItsRevision() {
        Origin origin = accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        assertThat(origin.id().value()).isEqualTo("127.0.0.1:1");
        assertThat(origin.state()).isEqualTo("up");
        assertThat(origin.created()).isEqualTo(state.revision()).isEqualTo(index);
        assertThat(state.defaultPool().origins()).containsExactly(origin);
    }

    @Test
    void theSameOriginAgainIsNotASecondEntry() {
        Origin first = accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        long revision = state.revision();
        assertThat(accepted(add("http://127.0.0.1:1"), Effect.UNCHANGED)).isEqualTo(first);
        assertThat(state.revision()).isEqualTo(revision);
    }

    @Test
    void aDifferentOriginAtTheSameAddressOrUnderTheSameIdIsRefused() {
        add("http://127.0.0.1:1");
        refused(add("https://127.0.0.1:1"), Refusal.ALREADY_EXISTS);
        refused(
                add(new OriginSpec(OriginUrl.parse("http://127.0.0.1:1"), null, 7, null, null)),
                Refusal.ALREADY_EXISTS);
        refused(
                add(new OriginSpec(
                        OriginUrl.parse("http://127.0.0.1:2"), new OriginId("127.0.0.1:1"), null, null, null)),
                Refusal.ALREADY_EXISTS);
    }

    @Test
    void mustBeNewRefusesEvenTheSame() {
        add("http://127.0.0.1:1");
        refused(
                apply(new Command.AddOrigin(
                        PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://127.0.0.1:1")), true, NOW)),
                Refusal.PRECONDITION_FAILED);
    }

    @Test
    void theThousandAndTwentyFifthOriginIsRefusedNotThrown() {
        for (int i = 1; i <= Limits.CURRENT.originsMax(); i++) {
            add("http://127.0.0.1:" + i);
        }
        refused(add("http://127.0.0.1:60000"), Refusal.LIMIT_EXCEEDED);
    }

    @Test
    void aVerdictTurnsTheOriginAndOneOnAnOlderGenerationIsRefused() {
        Origin old = accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        Origin down = accepted(verdict(old, false), Effect.UPDATED);
        assertThat(down.state()).isEqualTo("down");
        accepted(verdict(old, false), Effect.UNCHANGED);
        accepted(remove("127.0.0.1:1"), Effect.REMOVED);
        accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        refused(verdict(old, false), Refusal.PRECONDITION_FAILED);
        assertThat(state.defaultPool().origins()).allMatch(Origin::serving);
    }

    @Test
    void aNewUrlIsANewGenerationAndForgetsTheVerdict() {
        Origin old = accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        verdict(old, false);
        Origin moved = accepted(
                update(
                        old,
                        new OriginPatch(OriginUrl.parse("http://127.0.0.1:2"), null, null, null, null, null, false)),
                Effect.UPDATED);
        assertThat(moved.generation()).isGreaterThan(old.generation());
        assertThat(moved.serving()).isTrue();
        assertThat(moved.id()).isEqualTo(old.id());
        refused(verdict(old, false), Refusal.PRECONDITION_FAILED);
    }

    @Test
    void drainingKeepsTheVerdictBehindTheOperatorsWord() {
        Origin origin = accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        Origin draining =
                accepted(update(origin, Command.adminPatch(AdminState.DRAINING, NOW.plusSeconds(30))), Effect.UPDATED);
        assertThat(draining.state()).isEqualTo("draining");
        assertThat(draining.serving()).isFalse();
        verdict(origin, false);
        Origin enabled = accepted(update(origin, Command.adminPatch(AdminState.ENABLED, null)), Effect.UPDATED);
        assertThat(enabled.state()).isEqualTo("down");
    }

    @Test
    void anUpdateThatExpectsAnotherRevisionIsRefused() {
        Origin origin = accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        OriginPatch heavier = new OriginPatch(null, 9, null, null, null, null, false);
        refused(
                apply(new Command.UpdateOrigin(PoolName.DEFAULT, ref(origin), heavier, origin.modified() + 1, NOW)),
                Refusal.PRECONDITION_FAILED);
        accepted(
                apply(new Command.UpdateOrigin(PoolName.DEFAULT, ref(origin), heavier, origin.modified(), NOW)),
                Effect.UPDATED);
        refused(
                apply(new Command.RemoveOrigin(PoolName.DEFAULT, ref(origin), origin.modified(), NOW)),
                Refusal.PRECONDITION_FAILED);
    }

    @Test
    void ofTwoWhoChangeTheSameHealthPolicyTheSecondIsRefused() {
        HealthPolicy first = slower(60);
        accepted0(
                apply(new Command.SetHealthPolicy(PoolName.DEFAULT, first, HealthPolicy.DEFAULT, NOW)), Effect.UPDATED);
        refused(
                apply(new Command.SetHealthPolicy(PoolName.DEFAULT, slower(90), HealthPolicy.DEFAULT, NOW)),
                Refusal.PRECONDITION_FAILED);
        assertThat(state.defaultPool().health()).isEqualTo(first);
        accepted0(apply(new Command.SetHealthPolicy(PoolName.DEFAULT, slower(90), null, NOW)), Effect.UPDATED);
    }

    private static HealthPolicy slower(int seconds) {
        HealthPolicy base = HealthPolicy.DEFAULT;
        return new HealthPolicy(
                base.path(),
                base.method(),
                base.expected(),
                Duration.ofSeconds(seconds),
                base.timeout(),
                base.failuresToDown(),
                base.passesToUp(),
                base.initial());
    }

    @Test
    void whatIsNotThereIsRefusedByName() {
        refused(remove("127.0.0.1:1"), Refusal.NO_SUCH_ORIGIN);
        refused(
                apply(new Command.SetHealthPolicy(new PoolName("web"), HealthPolicy.DEFAULT, null, NOW)),
                Refusal.NO_SUCH_POOL);
        refused(apply(new Command.RetireMember(new MemberId("n9"), NOW)), Refusal.NO_SUCH_MEMBER);
    }

    @Test
    void membersAnnounceThemselvesOnceAndAgainWhenTheyMoved() {
        accepted0(apply(new Command.AnnounceMember(member("n1", 1), NOW)), Effect.CREATED);
        accepted0(apply(new Command.AnnounceMember(member("n1", 1), NOW)), Effect.UNCHANGED);
        accepted0(apply(new Command.AnnounceMember(member("n1", 9), NOW)), Effect.UPDATED);
        assertThat(state.members()).containsValue(member("n1", 9)).hasSize(1);
        accepted0(apply(new Command.RetireMember(new MemberId("n1"), NOW)), Effect.REMOVED);
    }

    @Test
    void theClusterVersionOnlyRises() {
        Member silent = member("n1", 1);
        Member before = new Member(
                silent.id(), silent.raft(), silent.admin(), silent.grpc(), null, "0", ClusterVersion.INITIAL);
        apply(new Command.AnnounceMember(before, NOW));
        accepted0(raise(), Effect.UPDATED);
        assertThat(state.members().get(silent.id()))
                .extracting(Member::supports)
                .as("what the leader has seen")
                .isEqualTo(ClusterVersion.HEALTH_APART);
        assertThat(state.version()).isEqualTo(ClusterVersion.HEALTH_APART);
        accepted0(raise(), Effect.UNCHANGED);
        accepted0(apply(new Command.RaiseClusterVersion(ClusterVersion.INITIAL, NOW)), Effect.UNCHANGED);
        assertThat(state.version()).isEqualTo(ClusterVersion.HEALTH_APART);
    }

    @Test
    void aVerdictLeavesTheRevisionOfTheOperatorAlone() {
        raise();
        Origin origin = accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        Origin down = accepted(verdict(origin, false), Effect.UPDATED);
        assertThat(down.modified()).isEqualTo(origin.modified());
        assertThat(state.revision()).isGreaterThan(origin.modified());
        OriginPatch heavier = new OriginPatch(null, 9, null, null, null, null, false);
        accepted(
                apply(new Command.UpdateOrigin(PoolName.DEFAULT, ref(origin), heavier, origin.modified(), NOW)),
                Effect.UPDATED);
    }

    /** Logs that were written before go on to mean what they meant: members apply them at different times. */
    @Test
    void underTheFirstVersionAVerdictMovesTheRevision() {
        Origin origin = accepted(add("http://127.0.0.1:1"), Effect.CREATED);
        Origin down = accepted(verdict(origin, false), Effect.UPDATED);
        assertThat(down.modified()).isEqualTo(state.revision());
        assertThat(state.operatorChanges()).hasSize(2);
        assertThat(state.clusterChanges()).isEmpty();
    }

    @Test
    void theLimitsOfTheEntryDecide() {
        Limits one = new Limits(1, 1);
        index++;
        state = state.apply(
                        new Command.AddOrigin(
                                PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://a:1")), false, NOW),
                        index,
                        one)
                .next();
        index++;
        Command second =
                new Command.AddOrigin(PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://a:2")), false, NOW);
        refused(state.apply(second, index, one).outcome(), Refusal.LIMIT_EXCEEDED);
        accepted0(state.apply(second, index, Limits.INITIAL).outcome(), Effect.CREATED);
    }
}
