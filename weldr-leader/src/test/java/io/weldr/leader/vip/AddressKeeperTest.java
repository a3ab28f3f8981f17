package io.weldr.leader.vip;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.leader.vip.ScriptedProcesses.ScriptedChild;
import io.weldr.leader.vip.VirtualIpSettings.QuorumLoss;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddressKeeperTest {
    private static final String SHOWN =
            "3: eth0    inet 10.0.0.1/24 scope global secondary dynamic eth0\\       valid_lft 2sec preferred_lft 2sec";

    private final ScriptedProcesses processes = new ScriptedProcesses();
    private long nowNanos = 1;
    private int confirmed;
    private int again;
    private final AddressKeeper keeper = new AddressKeeper(
            new VirtualIpSettings(
                    List.of(VirtualIp.parse("10.0.0.1/24", "eth0"), VirtualIp.parse("fd00::1/64", "eth1")),
                    Duration.ofSeconds(2),
                    QuorumLoss.RELEASE,
                    Hooks.none()),
            new Programs("/bin/sh", "/sbin/ip", "/bin/arping", "/bin/ndptool"),
            processes,
            Runnable::run,
            () -> nowNanos,
            () -> confirmed++,
            () -> again++);

    @Test
    void tellsTheChildWhatToRenewAndWhatToDeleteInTheEnd() {
        keeper.renew();
        ScriptedChild child = processes.lastChild();
        assertThat(child.command.subList(3, child.command.size()))
                .containsExactly("weldr-vip", "/sbin/ip", "10.0.0.1/24", "eth0", "fd00::1/64", "eth1");
        assertThat(child.written).containsExactly("""
                        address replace 10.0.0.1/24 dev eth0 valid_lft 2 preferred_lft 2
                        address replace fd00::1/64 dev eth1 valid_lft 2 preferred_lft 0 nodad
                        address show dev eth0 to 10.0.0.1
                        address show dev eth1 to fd00::1
                        """);
    }

    @Test
    void onlyAnAddressThatTheKernelShowsConfirms() {
        keeper.renew();
        processes.lastChild().line.accept("Cannot find device \"eth0\"");
        processes.lastChild().line.accept("3: eth0    inet 10.0.0.11/24 scope global eth0");
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
        processes.lastChild().line.accept(SHOWN);
        keeper.renew();
        assertThat(processes.lastChild().written).hasSize(2);
    }

    @Test
    void aChildThatDoesNotAnswerForAQuarterOfALifetimeIsReplaced() {
        keeper.renew();
        ScriptedChild stuck = processes.lastChild();
        passMillis(500);
        keeper.renew();
        assertThat(stuck.killed).isTrue();
        assertThat(processes.children).hasSize(2);
        stuck.line.accept(SHOWN);
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
