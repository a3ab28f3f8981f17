package io.weldr.leader.vip;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.leader.vip.ScriptedProcesses.ScriptedChild;
import io.weldr.leader.vip.VirtualIpSettings.QuorumLoss;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddressKeeperTest {
    private static final String LAST = "Object \"end-of-commands\" is unknown, try \"ip help\".";

    private static final String SHOWN =
            "3: eth0    inet 10.0.0.1/24 scope global secondary dynamic eth0\\       valid_lft 2sec preferred_lft 2sec";

    private final ScriptedProcesses processes = new ScriptedProcesses();
    private long nowNanos = 1;
    private int confirmed;
    private int again;
    private int looked;
    private final AddressKeeper keeper = keeper(this::renewAfterLook);

    private AddressKeeper keeper(Runnable afterLook) {
        return new AddressKeeper(
                new VirtualIpSettings(
                        List.of(VirtualIp.parse("10.0.0.1/24", "eth0"), VirtualIp.parse("fd00::1/64", "eth1")),
                        Duration.ofSeconds(2),
                        QuorumLoss.RELEASE,
                        Hooks.none()),
                new Programs("/bin/sh", "/sbin/ip"),
                processes,
                Runnable::run,
                () -> nowNanos,
                () -> confirmed++,
                () -> again++,
                afterLook);
    }

    /** As the owner does: it was asked to renew, and still may. */
    private void renewAfterLook() {
        looked++;
        keeper.renew();
    }

    private static final String LOOK = """
            address show dev eth0 to 10.0.0.1
            address show dev eth1 to fd00::1
            end-of-commands
            """;

    private static final String RENEWAL = """
            address replace 10.0.0.1/24 dev eth0 valid_lft 2 preferred_lft 2
            address replace fd00::1/64 dev eth1 valid_lft 2 preferred_lft 0 nodad
            address show dev eth0 to 10.0.0.1
            address show dev eth1 to fd00::1
            end-of-commands
            """;

    @Test
    void tellsTheChildWhatToRenewAndWhatToDeleteInTheEnd() {
        keeper.renew();
        ScriptedChild child = processes.lastChild();
        assertThat(child.command.subList(3, child.command.size()))
                .containsExactly("weldr-vip", "/sbin/ip", "2", "10.0.0.1/24", "eth0", "fd00::1/64", "eth1");
        child.line.accept(LAST);
        assertThat(child.written).containsExactly(LOOK, RENEWAL);
    }

    @Test
    void looksBeforeEachRenewal() {
        keeper.renew();
        ScriptedChild child = processes.lastChild();
        child.line.accept(LAST);
        child.line.accept(SHOWN);
        child.line.accept(LAST);
        passMillis(250);
        keeper.renew();
        child.line.accept(SHOWN); // its own
        child.line.accept(LAST);
        assertThat(child.written).containsExactly(LOOK, RENEWAL, LOOK, RENEWAL);
        assertThat(looked).isEqualTo(2);
    }

    @Test
    void anAddressOfSomebodyElseIsNotRenewedUntilItIsGone() {
        keeper.renew();
        ScriptedChild child = processes.lastChild();
        child.line.accept(
                "3: eth0    inet 10.0.0.1/24 scope global dynamic eth0\\       valid_lft 3599sec preferred_lft 3599sec");
        child.line.accept("4: eth1    inet6 fd00::1/64 scope global \\       valid_lft forever preferred_lft forever");
        child.line.accept(LAST);
        assertThat(child.written.get(1)).isEqualTo("end-of-commands\n");
        assertThat(confirmed).isZero();
        child.line.accept(LAST);
        keeper.renew();
        child.line.accept("4: eth1    inet6 fd00::1/64 scope global \\       valid_lft forever preferred_lft forever");
        child.line.accept(LAST);
        assertThat(child.written.get(3)).isEqualTo("""
                address replace 10.0.0.1/24 dev eth0 valid_lft 2 preferred_lft 2
                address show dev eth0 to 10.0.0.1
                end-of-commands
                """);
    }

    @Test
    void aLookThatIsTooOldIsRepeated() {
        AddressKeeper hesitant = keeper(() -> {});
        hesitant.renew();
        ScriptedChild child = processes.lastChild();
        child.line.accept(LAST);
        passMillis(500); // leadership was in doubt
        hesitant.renew();
        assertThat(child.written).containsExactly(LOOK, LOOK);
    }

    @Test
    void onlyAnAddressThatTheKernelShowsAfterARenewalConfirms() {
        keeper.renew();
        processes.lastChild().line.accept(SHOWN); // an earlier child added it
        assertThat(confirmed).isZero();
        processes.lastChild().line.accept(LAST);
        processes.lastChild().line.accept("Cannot find device \"eth0\"");
        processes.lastChild().line.accept(SHOWN.replace("10.0.0.1", "10.0.0.11"));
        assertThat(confirmed).isZero();
        processes.lastChild().line.accept(SHOWN);
        assertThat(confirmed).isEqualTo(1);
    }

    @Test
    void neverSendsARenewalBeforeTheLastWasAnswered() {
        keeper.renew();
        passMillis(250);
        keeper.renew();
        assertThat(processes.lastChild().written).hasSize(1);
        processes.lastChild().line.accept(LAST);
        passMillis(250);
        keeper.renew();
        processes.lastChild().line.accept(SHOWN);
        keeper.renew();
        assertThat(processes.lastChild().written).hasSize(2);
        processes.lastChild().line.accept(LAST);
        keeper.renew();
        assertThat(processes.lastChild().written).hasSize(3);
    }

    @Test
    void aChildThatDoesNotAnswerForAQuarterOfALifetimeIsReplaced() {
        keeper.renew();
        ScriptedChild stuck = processes.lastChild();
        passMillis(500);
        keeper.renew();
        assertThat(stuck.killed).isTrue();
        assertThat(processes.children).hasSize(2);
        stuck.line.accept(LAST);
        stuck.line.accept(SHOWN);
        assertThat(looked).isZero();
        assertThat(confirmed).isZero();
        assertThat(processes.lastChild().written).hasSize(1);
    }

    @Test
    void aChildThatEndedIsReplacedSoon() {
        keeper.renew();
        processes.lastChild().ended.run();
        assertThat(again).isEqualTo(1);
        keeper.renew();
        assertThat(processes.children).hasSize(2);
    }

    @Test
    void releasedOnlyWhenTheChildHasEnded() {
        assertThat(released()).isTrue();
        keeper.renew();
        keeper.release();
        assertThat(processes.lastChild().inputClosed).isTrue();
        assertThat(released()).isFalse();
        processes.lastChild().ended.run();
        assertThat(released()).isTrue();
        assertThat(again).isZero();
    }

    @Test
    void addsNothingWhileAnEarlierChildStillDeletes() {
        keeper.renew();
        keeper.release();
        keeper.renew();
        assertThat(processes.children).hasSize(1);
        processes.lastChild().ended.run();
        assertThat(again).isEqualTo(1);
        keeper.renew();
        assertThat(processes.children).hasSize(2);
    }

    private boolean released() {
        return keeper.released().toCompletableFuture().isDone();
    }

    private void passMillis(long millis) {
        nowNanos += millis * 1_000_000;
    }
}
