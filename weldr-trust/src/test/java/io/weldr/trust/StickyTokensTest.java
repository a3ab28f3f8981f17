package io.weldr.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.CookieTokens;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StickyTokensTest {
    private static final PoolName WEB = new PoolName("web");
    private static final OriginId ORIGIN = new OriginId("10.0.1.1:80");
    private static final String BY_UP = "vCub7kslSoYb3XyhDzTgQg";
    private static final String BY_DOWN = "Ls8ihwfBiyipGVe8al36HQ";

    @TempDir
    private Path folder;

    /** Cookies live longer than a version of weldr. Computed by another implementation. */
    @Test
    void tokensArePinned() {
        StickyTokens tokens = new StickyTokens(() -> Secrets.of(Secrets.UP));
        assertThat(tokens.available()).isTrue();
        assertThat(tokens.token(WEB, ORIGIN)).isEqualTo(BY_UP).matches("[A-Za-z0-9_-]{22}");
        assertThat(tokens.accepted(WEB, ORIGIN)).containsExactly(BY_UP);
    }

    @Test
    void allNodesWithTheSameFileMakeTheSameTokens() throws Exception {
        StickyTokens first = new StickyTokens(SecretWatch.open(Secrets.file(folder.resolve("n1"), Secrets.UP)));
        StickyTokens second =
                new StickyTokens(SecretWatch.open(Secrets.file(folder.resolve("n2"), "# a copy", Secrets.UP)));
        assertThat(first.token(WEB, ORIGIN)).isEqualTo(second.token(WEB, ORIGIN));
        StickyTokens another = new StickyTokens(() -> Secrets.of(Secrets.DOWN));
        assertThat(another.token(WEB, ORIGIN)).isNotEqualTo(first.token(WEB, ORIGIN));
    }

    @Test
    void everyOriginOfEveryPoolHasATokenOfItsOwn() {
        StickyTokens tokens = new StickyTokens(() -> Secrets.of(Secrets.UP));
        assertThat(tokens.token(WEB, ORIGIN))
                .isNotEqualTo(tokens.token(WEB, new OriginId("10.0.1.1:81")))
                .isNotEqualTo(tokens.token(PoolName.DEFAULT, ORIGIN));
        assertThat(tokens.token(new PoolName("a"), new OriginId("bc")))
                .as("where one name ends and the other begins counts")
                .isNotEqualTo(tokens.token(new PoolName("ab"), new OriginId("c")));
    }

    @Test
    void cookiesOfThePreviousSecretAreAcceptedAndNewOnesAreOfTheCurrentOne() {
        AtomicReference<ClusterSecret> secret = new AtomicReference<>(Secrets.of(Secrets.UP));
        StickyTokens tokens = new StickyTokens(secret::get);
        secret.set(Secrets.of(Secrets.DOWN, Secrets.UP));
        assertThat(tokens.token(WEB, ORIGIN)).isEqualTo(BY_DOWN);
        assertThat(tokens.accepted(WEB, ORIGIN)).containsExactly(BY_DOWN, BY_UP);
        secret.set(Secrets.of(Secrets.DOWN));
        assertThat(tokens.accepted(WEB, ORIGIN)).containsExactly(BY_DOWN);
    }

    @Test
    void aNodeWithoutASecretHasNone() {
        assertThat(CookieTokens.NONE.available()).isFalse();
        assertThat(CookieTokens.NONE.accepted(WEB, ORIGIN)).isEmpty();
        assertThatThrownBy(() -> CookieTokens.NONE.token(WEB, ORIGIN))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("secret-file")
                .hasMessageContaining("openssl rand -hex 32 > FILE; chmod 600 FILE");
    }
}
