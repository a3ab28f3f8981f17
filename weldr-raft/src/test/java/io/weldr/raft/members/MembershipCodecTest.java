package io.weldr.raft.members;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.ClusterStatus.Voter;
import io.weldr.core.port.Membership.Newcomer;
import io.weldr.core.port.Membership.Refusal;
import io.weldr.core.port.Membership.Result;
import io.weldr.core.port.Membership.Status;
import io.weldr.core.state.MemberId;
import io.weldr.proto.raft.v1.PeerProto.MembershipWish;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MembershipCodecTest {
    private static final MemberId N1 = new MemberId("n1");
    private static final HostPort ADDRESS = new HostPort("10.0.0.1", 9687);

    @Test
    void resultsComeBackAsTheyWere() {
        List<Voter> voters = List.of(new Voter(N1, ADDRESS));
        List<Voter> learners = List.of(new Voter(new MemberId("n2"), new HostPort("10.0.0.2", 9687)));
        Result done = new Result.Done(true, new Status(voters, learners, N1, "taking in n4"));
        assertThat(MembershipCodec.decode(MembershipCodec.encode(done))).isEqualTo(done);
        Result unchanged = new Result.Done(false, new Status(voters, List.of(), null, null));
        assertThat(MembershipCodec.decode(MembershipCodec.encode(unchanged))).isEqualTo(unchanged);
        for (Refusal refusal : Refusal.values()) {
            Result refused = new Result.Refused(refusal, "found (expected: something else)");
            assertThat(MembershipCodec.decode(MembershipCodec.encode(refused))).isEqualTo(refused);
        }
    }

    @Test
    void wishesSayWhatWasWished() {
        Newcomer newcomer = new Newcomer(N1, ADDRESS);
        assertThat(MembershipCodec.newcomer(MembershipCodec.add(newcomer).getAdd()))
                .isEqualTo(newcomer);
        MembershipWish.Removal removal = MembershipCodec.remove(N1, null).getRemove();
        assertThat(MembershipCodec.drain(removal)).as("as the node is set to").isNull();
        MembershipWish.Replacement replacement =
                MembershipCodec.replace(N1, newcomer, Duration.ZERO).getReplace();
        assertThat(MembershipCodec.drain(replacement.getLeaver()))
                .as("at once is not the same as not said")
                .isEqualTo(Duration.ZERO);
        assertThat(MembershipCodec.newcomer(replacement.getNewcomer())).isEqualTo(newcomer);
    }
}
