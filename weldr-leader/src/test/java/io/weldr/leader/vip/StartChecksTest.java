package io.weldr.leader.vip;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.leader.vip.Processes.Finished;
import io.weldr.leader.vip.VirtualIpSettings.QuorumLoss;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartChecksTest {
    private static final Finished NOTHING = new Finished(0, "");
    private static final String NO_RAW_PACKETS = "this process may not send raw packets";
    private static final Finished NOT_PERMITTED = new Finished(2, "RTNETLINK answers: Operation not permitted\n");

    private @Nullable String obstacle;

    @TempDir
    Path folder;

    @BeforeEach
    void programs() throws IOException {
        for (String program : List.of("sh", "ip")) {
            Files.createFile(folder.resolve(program)).toFile().setExecutable(true);
        }
    }

    @Test
    void aMachineThatCanHoldHasNoProblems() {
        ScriptedProcesses processes = answering(Map.of());
        assertThat(check(processes, "Linux", "10.0.0.1/24", "fd00::1/64").problems())
                .isEmpty();
        assertThat(processes.runs).hasSize(4); // interface; the right to delete; show of each
    }

    @Test
    void anythingButLinuxIsRefused() {
        assertThat(check(answering(Map.of()), "Mac OS X", "10.0.0.1/24").problems())
                .containsExactly("virtual IP: the operating system is \"Mac OS X\" (expected: Linux)");
    }

    @Test
    void withoutAddressesNothingIsNeeded() {
        ScriptedProcesses processes = answering(Map.of());
        StartChecks.Result result = check(processes, "Mac OS X");
        assertThat(result.problems()).isEmpty();
        assertThat(result.programs()).isNotNull();
        assertThat(processes.runs).isEmpty();
    }

    @Test
    void anInterfaceThatDoesNotExistIsNamed() {
        Map<String, Finished> answers = Map.of("link show", new Finished(1, "Device \"eth0\" does not exist.\n"));
        assertThat(check(answering(answers), "Linux", "10.0.0.1/24").problems())
                .containsExactly(
                        "virtual IP: interface \"eth0\": Device \"eth0\" does not exist. (expected: an interface of this machine)");
    }

    @Test
    void missingPrivilegeIsSaidOnce() {
        assertThat(check(answering(Map.of("delete", NOT_PERMITTED)), "Linux", "10.0.0.1/24", "fd00::1/64")
                        .problems())
                .singleElement()
                .asString()
                .contains("CAP_NET_ADMIN");
    }

    @Test
    void whatStandsInTheWayOfAnnouncementsIsSaid() {
        obstacle = NO_RAW_PACKETS;
        assertThat(check(answering(Map.of()), "Linux", "10.0.0.1/24").problems())
                .containsExactly("virtual IP: " + NO_RAW_PACKETS);
        assertThat(check(answering(Map.of()), "Linux").problems())
                .as("without addresses nothing is announced")
                .isEmpty();
    }

    @Test
    void aMissingProgramIsNamed() throws IOException {
        Files.delete(folder.resolve("ip"));
        // On a machine that has it in one of the usual folders it is found there.
        List<String> expected = Programs.find("ip", "") == null
                ? List.of("virtual IP: there is no program ip (expected: package iproute2 or iproute)")
                : List.of();
        assertThat(check(answering(Map.of()), "Linux", "10.0.0.1/24").problems())
                .isEqualTo(expected);
    }

    @Test
    void anAddressOfADhcpServerIsRefusedAndLeftAlone() {
        for (boolean removing : new boolean[] {false, true}) {
            ScriptedProcesses processes = answering(
                    Map.of(
                            "show to 10.0.0.1",
                            new Finished(
                                    0,
                                    "2: eth0    inet 10.0.0.1/24 brd 10.0.0.255 scope global dynamic eth0\\       valid_lft 43sec preferred_lft 43sec\n")));
            assertThat(check(processes, "Linux", removing, "10.0.0.1/24").problems())
                    .containsExactly(
                            "virtual IP 10.0.0.1: 10.0.0.1/24 is configured on eth0 for another 43 s, as by a DHCP server "
                                    + "(expected: only weldr configures it, for 2 s at most; choose an address that no other program assigns)");
            assertThat(deletions(processes)).isEmpty();
        }
    }

    @Test
    void theRightToChangeAddressesIsTriedOnAnAddressThatNobodyHas() {
        ScriptedProcesses processes = answering(Map.of());
        check(processes, "Linux", false, "10.0.0.1/24");
        assertThat(processes.runs.stream().map(run -> String.join(" ", run.command())))
                .anyMatch(line -> line.endsWith("ip address delete 0.0.0.0/32 dev lo"));
    }

    /** Of what an interface may have. */
    private static List<String> deletions(ScriptedProcesses processes) {
        return processes.runs.stream()
                .map(run -> String.join(" ", run.command()))
                .filter(line -> line.contains("delete") && !line.contains("0.0.0.0/32"))
                .toList();
    }

    @Test
    void whatAnEarlierRunLeftIsRemovedWhereverItIs() {
        ScriptedProcesses processes = answering(
                Map.of(
                        "show to 10.0.0.1",
                        new Finished(
                                0,
                                "5: eth7    inet 10.0.0.1/32 scope global dynamic eth7\\       valid_lft 1sec preferred_lft 1sec\n")));
        assertThat(check(processes, "Linux", "10.0.0.1/24").problems()).isEmpty();
        assertThat(processes.runs.stream().map(run -> String.join(" ", run.command())))
                .anyMatch(line -> line.endsWith("ip address delete 10.0.0.1/32 dev eth7"));
    }

    @Test
    void beforeAnythingStartsNothingIsTakenAwayFromAnotherProcess() {
        ScriptedProcesses processes = answering(
                Map.of(
                        "show to 10.0.0.1",
                        new Finished(
                                0,
                                "5: eth0    inet 10.0.0.1/24 scope global dynamic eth0\\       valid_lft 1sec preferred_lft 1sec\n")));
        assertThat(check(processes, "Linux", false, "10.0.0.1/24").problems()).isEmpty();
        assertThat(deletions(processes)).isEmpty();
        assertThat(check(answering(Map.of("delete", NOT_PERMITTED)), "Linux", false, "10.0.0.1/24")
                        .problems())
                .singleElement()
                .asString()
                .contains("CAP_NET_ADMIN");
    }

    @Test
    void anAddressOfSomebodyElseIsLeftAlone() {
        ScriptedProcesses processes = answering(
                Map.of(
                        "show to 10.0.0.1",
                        new Finished(
                                0,
                                "5: eth7    inet 10.0.0.1/24 scope global eth7\\       valid_lft forever preferred_lft forever\n")));
        assertThat(check(processes, "Linux", "10.0.0.1/24").problems())
                .containsExactly(
                        "virtual IP 10.0.0.1: 10.0.0.1/24 is configured on eth7 permanently (expected: only weldr configures it; remove it with: "
                                + "ip address delete 10.0.0.1/24 dev eth7)");
        assertThat(deletions(processes)).isEmpty();
    }

    @Test
    void programsAreFoundByPathAndOnlyAbsoluteFoldersCount() throws IOException {
        Files.createFile(folder.resolve("weldr-no-such-program")).toFile().setExecutable(true);
        assertThat(Programs.find("weldr-no-such-program", "/nowhere:" + folder))
                .isEqualTo(folder + "/weldr-no-such-program");
        assertThat(Programs.find("weldr-no-such-program", ":.:/nowhere")).isNull();
    }

    /** Answers by the first key that a command line contains, and otherwise says nothing, successfully. */
    private static ScriptedProcesses answering(Map<String, Finished> answers) {
        return new ScriptedProcesses(line -> answers.entrySet().stream()
                .filter(answer -> line.contains(answer.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(NOTHING));
    }

    private StartChecks.Result check(ScriptedProcesses processes, String operatingSystem, String... addresses) {
        return check(processes, operatingSystem, true, addresses);
    }

    private StartChecks.Result check(
            ScriptedProcesses processes, String operatingSystem, boolean removing, String... addresses) {
        VirtualIpSettings settings = new VirtualIpSettings(
                Arrays.stream(addresses)
                        .map(address -> VirtualIp.parse(address, "eth0"))
                        .toList(),
                Duration.ofSeconds(2),
                QuorumLoss.RELEASE,
                Hooks.none());
        Packets packets = new Packets() {
            @Override
            public @Nullable String obstacle() {
                return obstacle;
            }

            @Override
            public boolean announce(VirtualIp address) {
                throw new AssertionError("nothing is announced at start");
            }
        };
        return StartChecks.run(settings, processes, packets, operatingSystem, folder.toString(), removing);
    }
}
