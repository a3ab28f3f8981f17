package io.weldr.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.port.Traffic;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StopAdviceTest {
    private static final MemberId LEADER = new MemberId("n1");

    private static Census.Line line(String id, @Nullable String trouble, long applied, boolean proxies) {
        MemberId self = new MemberId(id);
        HostPort address = new HostPort("127.0.0.1", 9);
        Member member =
                new Member(self, address, address, address, proxies ? address : null, "1", ClusterVersion.SUPPORTED);
        boolean leads = self.equals(LEADER);
        MemberReport report = new MemberReport(
                self,
                leads ? Role.LEADER : Role.FOLLOWER,
                leads,
                3,
                LEADER,
                5000,
                applied,
                1L,
                null,
                null,
                null,
                null,
                Map.of(),
                trouble,
                null,
                Traffic.NONE);
        return new Census.Line(self, member, true, false, report, null);
    }

    private static Census.Line whole(String id) {
        return line(id, null, 5000, true);
    }

    private static Census.Line missing(String id) {
        return new Census.Line(new MemberId(id), null, true, false, null, "no answer in time");
    }

    private static StopAdvice of(int which, @Nullable String change, Census.Line... lines) {
        return StopAdvice.of(lines[which], new ClusterView(List.of(lines)), change);
    }

    @Test
    void oneOfThreeMayBeStoppedWhileAllAreWell() {
        StopAdvice follower = of(1, null, whole("n1"), whole("n2"), whole("n3"));
        assertThat(follower).isEqualTo(new StopAdvice(true, "2 of 3 voters stay, and 2 are needed for a quorum"));
        StopAdvice leader = of(0, null, whole("n1"), whole("n2"), whole("n3"));
        assertThat(leader.safe()).isTrue();
        assertThat(leader.reason()).endsWith("leadership moves to another member");
    }

    @Test
    void noneMayBeStoppedWhileOneOfThreeIsNotWell() {
        for (Census.Line bad :
                List.of(missing("n3"), line("n3", "its disk is full", 5000, true), line("n3", null, 3999, true))) {
            StopAdvice advice = of(1, null, whole("n1"), whole("n2"), bad);
            assertThat(advice.safe()).isFalse();
            assertThat(advice.reason())
                    .isEqualTo("without it 1 of 3 voters would be well, and 2 are needed for a quorum");
        }
        assertThat(of(2, null, whole("n1"), whole("n2"), line("n3", "its disk is full", 5000, true))
                        .safe())
                .isTrue(); // that one is of no use anyway
    }

    @Test
    void whatIsNotKnownIsNotSafe() {
        assertThat(of(2, null, whole("n1"), whole("n2"), missing("n3")).reason())
                .startsWith("n3 does not answer");
        assertThat(of(1, "n4 joins", whole("n1"), whole("n2"), whole("n3")).reason())
                .isEqualTo("a change of the members is under way: n4 joins");
        assertThat(of(0, null, whole("n2"), whole("n3"), whole("n4")).reason()).isEqualTo("no leader is known");
        assertThat(of(0, null, whole("n1")).reason()).isEqualTo("it is the only member that votes");
    }

    @Test
    void theLastOneThatProxiesStays() {
        Census.Line[] lines = {whole("n1"), line("n2", null, 5000, false), line("n3", null, 5000, false)};
        assertThat(of(0, null, lines).reason()).isEqualTo("no other member that is well proxies");
        assertThat(of(1, null, lines).safe()).isTrue();
    }
}
