package io.weldr.core.state;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.state.Outcome.Accepted;
import io.weldr.core.state.Outcome.Effect;
import io.weldr.core.state.Outcome.Refusal;
import io.weldr.core.token.Role;
import io.weldr.core.token.Token;
import io.weldr.core.token.TokenName;
import io.weldr.core.token.TokenText;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What commands on tokens do, and what the history says of who asked for a change. */
class TokenCommandsTest extends AppliedCommands {
    private static final TokenName CI = new TokenName("ci");

    @BeforeEach
    void raiseToTokens() {
        apply(new Command.RaiseClusterVersion(ClusterVersion.TOKENS, NOW));
    }

    private static Token token(String name, long seed) {
        byte[] bytes = new byte[TokenText.RANDOM_BYTES];
        new Random(seed).nextBytes(bytes);
        return Token.named(
                new TokenName(name),
                Role.OPERATOR,
                new TreeSet<>(Set.of(new PoolName("web"))),
                TokenText.of(bytes).hash(),
                NOW.plusSeconds(60));
    }

    private Outcome put(Token token) {
        return apply(new Command.PutToken(token, NOW));
    }

    private Outcome apply(Command command, Attribution by) {
        Transition transition = state.apply(command, ++index, Limits.CURRENT, by);
        state = transition.next();
        return transition.outcome();
    }

    private Change last() {
        return state.history().get(state.history().size() - 1);
    }

    @Test
    void aTokenIsCreatedOnceAndTheHistorySaysNothingOfItsHash() {
        Token ci = token("ci", 1);
        accepted0(put(ci), Effect.CREATED);
        assertThat(requireNonNull(state.token(CI)).stamp().created()).isEqualTo(state.revision());
        assertThat(last().kind()).isEqualTo(Change.Kind.TOKEN_CREATED);
        assertThat(last().detail()).isEqualTo("created, role operator, pools web, until 2026-01-01T00:01:00Z");
        accepted0(put(ci), Effect.UNCHANGED);
        refused(put(token("ci", 2)), Refusal.ALREADY_EXISTS);
        assertThat(state.history().toString()).doesNotContain(ci.hash().hex());
    }

    @Test
    void aTokenIsRemovedIfItIsTheOneThatWasMeant() {
        put(token("ci", 1));
        long created = state.revision();
        refused(apply(new Command.RemoveToken(CI, created - 1, NOW)), Refusal.PRECONDITION_FAILED);
        accepted0(apply(new Command.RemoveToken(CI, created, NOW)), Effect.REMOVED);
        assertThat(state.tokens()).isEmpty();
        assertThat(last().kind()).isEqualTo(Change.Kind.TOKEN_REMOVED);
        refused(apply(new Command.RemoveToken(CI, null, NOW)), Refusal.NO_SUCH_TOKEN);
    }

    @Test
    void thereAreNoMoreTokensThanTheLimitSays() {
        Limits two = new Limits(1024, 16, 256, 4096, 64, 16_384, 262_144, 256, 2);
        for (int i = 0; i < 3; i++) {
            Transition transition = state.apply(new Command.PutToken(token("t" + i, i), NOW), ++index, two);
            state = transition.next();
            if (i == 2) {
                refused(transition.outcome(), Refusal.LIMIT_EXCEEDED);
            }
        }
        assertThat(state.tokens()).hasSize(2);
    }

    @Test
    void tokensWaitForTheirClusterVersion() {
        ClusterState older = ClusterState.INITIAL
                .apply(new Command.RaiseClusterVersion(ClusterVersion.MEMBERS_APART, NOW), 1)
                .next();
        refused(older.apply(new Command.PutToken(token("ci", 1), NOW), 2).outcome(), Refusal.INVALID);
    }

    @Test
    void aChangeSaysWhoAskedForItFromWhereAndWhy() {
        Attribution by = new Attribution(Actor.LOCAL, "127.0.0.1:4711", "release 7");
        apply(new Command.AddOrigin(PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://a:1")), false, NOW), by);
        assertThat(last().by()).isEqualTo(by);
        int changes = state.history().size();
        // The same again changes nothing, and nothing that is there is said to be by somebody else.
        Attribution other = Attribution.of(Actor.certificate("alice"));
        Outcome again = apply(
                new Command.AddOrigin(PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://a:1")), false, NOW),
                other);
        accepted0(again, Effect.UNCHANGED);
        assertThat(last().by()).isEqualTo(by);
        assertThat(state.history()).hasSize(changes);
    }

    /** Also if a node that lags has let it in: from the removal on, the log takes nothing of it. */
    @Test
    void nothingIsChangedByATokenThatWasRemovedOrMadeAnew() {
        put(token("ci", 1));
        Attribution by = Attribution.of(Actor.token(CI, state.revision()));
        Command add = new Command.AddOrigin(PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse("http://a:1")), false, NOW);
        accepted(apply(add, by), Effect.CREATED);
        apply(new Command.RemoveToken(CI, null, NOW));
        ClusterState before = state;
        refused(
                apply(
                        new Command.RemoveOrigin(
                                PoolName.DEFAULT,
                                ref(state.defaultPool().origins().get(0)),
                                null,
                                NOW),
                        by),
                Refusal.REVOKED);
        put(token("ci", 2));
        refused(apply(add, by), Refusal.REVOKED);
        assertThat(state.defaultPool()).isEqualTo(before.defaultPool());
        Outcome outcome = apply(add, Attribution.of(Actor.token(CI, state.revision())));
        assertThat(outcome).isInstanceOf(Accepted.class);
    }

    @Test
    void actorsAndReasonsAreChecked() {
        assertThat(Actor.token(CI, 7)).hasToString("token ci");
        assertThat(Actor.LOCAL).hasToString("local");
        assertThatThrownBy(() -> new Actor(Actor.Kind.TOKEN, "ci", null)).hasMessageContaining("created");
        assertThatThrownBy(() -> new Actor(Actor.Kind.LOCAL, "x", null)).hasMessageContaining("name");
        assertThatThrownBy(() -> Actor.certificate("a b")).hasMessageContaining("actor");
        assertThatThrownBy(() -> new Attribution(Actor.LOCAL, null, "x".repeat(257)))
                .hasMessageContaining("256");
        assertThatThrownBy(() -> new Attribution(Actor.LOCAL, null, "a\nb")).hasMessageContaining("one line");
        assertThatThrownBy(() -> new Attribution(Actor.LOCAL, null, " ")).hasMessageContaining("reason");
    }
}
