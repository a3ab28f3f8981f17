package io.weldr.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where no origin may be, because it is weldr itself that listens there. */
class OwnAddressesTest {
    private static final MemberId N1 = new MemberId("n1");
    private static final OwnAddresses LEADERS = new OwnAddresses(
            List.of(
                    new OwnAddresses.Listener(N1, MemberPort.PROXY, 8080),
                    new OwnAddresses.Listener(N1, MemberPort.HTTP, 8687)),
            Set.of("10.0.0.100", "2001:db8::100"));

    /** Three machines: proxies everywhere, the API of n1 on loopback, n2 known by a name, n3 a witness. */
    private static final ClusterState MACHINES = announced(
            member("n1", "10.0.0.1:9687", "127.0.0.1:8687", "10.0.0.1:8787", "10.0.0.1:8080"),
            member("n2", "n2.example:9687", "n2.example:8687", "n2.example:8787", "n2.example:8080"),
            member("n3", "[2001:db8::3]:9687", "[2001:db8::3]:8687", "[2001:db8::3]:8787", null));

    /** As {@code deploy/local} has them. */
    private static final ClusterState ONE_MACHINE = announced(
            member("n1", "127.0.0.1:9687", "127.0.0.1:8687", "127.0.0.1:8787", "127.0.0.1:8080"),
            member("n2", "127.0.0.1:9688", "127.0.0.1:8688", "127.0.0.1:8788", "127.0.0.1:8081"));

    private static Member member(String id, String raft, String admin, String grpc, @Nullable String proxy) {
        return new Member(
                new MemberId(id),
                HostPort.parse(raft),
                HostPort.parse(admin),
                HostPort.parse(grpc),
                proxy == null ? null : HostPort.parse(proxy),
                "test",
                ClusterVersion.SUPPORTED);
    }

    private static ClusterState announced(Member... members) {
        ClusterState state = ClusterState.INITIAL;
        for (Member member : members) {
            state = applied(state, new Command.AnnounceMember(member, Instant.EPOCH));
        }
        return state;
    }

    private static ClusterState applied(ClusterState state, Command command) {
        Transition transition = state.apply(command, state.revision() + 1);
        assertThat(transition.outcome()).isInstanceOf(Outcome.Accepted.class);
        return transition.next();
    }

    private static Command add(String url) {
        return new Command.AddOrigin(PoolName.DEFAULT, OriginSpec.of(OriginUrl.parse(url)), false, Instant.EPOCH);
    }

    private static Command patch(String id, @Nullable String url, @Nullable AdminState admin) {
        OriginPatch patch =
                new OriginPatch(url == null ? null : OriginUrl.parse(url), null, admin, null, null, null, false);
        OriginRef ref = new OriginRef.ById(new OriginId(id));
        return new Command.UpdateOrigin(PoolName.DEFAULT, ref, patch, null, Instant.EPOCH);
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0:9000, http://10.0.0.1:9000, true",
        "0.0.0.0:9000, http://n2.example:9000, true",
        "0.0.0.0:9000, http://localhost:9000, true",
        "0.0.0.0:9000, http://10.0.0.9:9000, false",
        "0.0.0.0:9000, http://10.0.0.1:9001, false",
        "10.0.0.8:9000, http://10.0.0.8:9000, true",
        "10.0.0.8:9000, http://10.0.0.1:9000, false",
    })
    void noOriginIsAtAListenerOfTheCluster(String listener, String url, boolean refused) {
        ClusterState state =
                applied(MACHINES, new Command.RaiseClusterVersion(ClusterVersion.RESOURCES, Instant.EPOCH));
        state = applied(state, put(listener));
        String refusal = OwnAddresses.ANNOUNCED.refusal(add(url), state);
        if (refused) {
            assertThat(refusal).contains("listener public of the cluster");
        } else {
            assertThat(refusal).isNull();
        }
    }

    private static Command put(String address) {
        Listener listener = Listener.named(new ListenerName("public"))
                .address(HostPort.parse(address))
                .build();
        return new Command.PutListener(listener, Condition.NONE, Instant.EPOCH);
    }

    /** A member that starts again would find its port taken by a listener that it has on its disk. */
    @ParameterizedTest
    @CsvSource({
        "0.0.0.0:8687, the HTTP API of member n1",
        "[::]:8787, the gRPC API of member n1",
        "127.0.0.1:8687, the HTTP API of member n1",
        "[::ffff:127.0.0.1]:8687, the HTTP API of member n1",
        "10.0.0.1:9687, the Raft port of member n1",
        "10.9.9.9:8687, ",
        "10.0.0.2:9687, ",
        "0.0.0.0:8080, ",
        "0.0.0.0:9000, "
    })
    void noListenerTakesAPortThatAMemberNeeds(String address, @Nullable String owner) {
        String refusal = OwnAddresses.ANNOUNCED.refusal(put(address), MACHINES);
        if (owner == null) {
            assertThat(refusal).isNull();
        } else {
            assertThat(refusal)
                    .startsWith(
                            "listener public at " + HostPort.parse(address) + " would take " + owner + " (expected: ");
        }
    }

    @Test
    void noListenerIsAtAPortThatThisNodeHasAtEveryAddress() {
        OwnAddresses.Listener api = new OwnAddresses.Listener(new MemberId("n1"), MemberPort.HTTP, 7000);
        OwnAddresses.Listener proxy = new OwnAddresses.Listener(new MemberId("n1"), MemberPort.PROXY, 7001);
        OwnAddresses own = new OwnAddresses(List.of(api, proxy), Set.of());
        assertThat(own.refusal(put("10.9.9.9:7000"), MACHINES)).contains("would take the HTTP API of member n1");
        assertThat(own.refusal(put("10.9.9.9:7001"), MACHINES)).isNull();
    }

    @Test
    void aListenerThatWasThereBeforeTheMemberCanBeChanged() {
        ClusterState state =
                applied(MACHINES, new Command.RaiseClusterVersion(ClusterVersion.RESOURCES, Instant.EPOCH));
        state = applied(state, put("0.0.0.0:8687"));
        assertThat(OwnAddresses.ANNOUNCED.refusal(put("0.0.0.0:8687"), state)).isNull();
        assertThat(OwnAddresses.ANNOUNCED.refusal(put("0.0.0.0:8787"), state)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "http://10.0.0.1:8080,   the proxy of member n1, proxy-address",
        "https://10.0.0.1:8080,  the proxy of member n1, proxy-address",
        "http://127.0.0.1:8687,  the HTTP API of member n1, admin-address",
        "http://localhost:8687,  the HTTP API of member n1, admin-address",
        "http://10.0.0.1:8787,   the gRPC API of member n1, grpc-address",
        "http://10.0.0.1:9687,   the Raft port of member n1, raft-address",
        "http://N2.Example:8080, the proxy of member n2, proxy-address",
        "http://[2001:DB8:0::3]:8687, the HTTP API of member n3, admin-address",
        "http://[::ffff:10.0.0.1]:8080, the proxy of member n1, proxy-address",
    })
    void whatMembersHaveAnnouncedIsRefusedByName(String url, String owner, String setting) {
        assertThat(OwnAddresses.ANNOUNCED.refusal(add(url), MACHINES))
                .startsWith("origin " + OriginUrl.parse(url) + " is " + owner + ", at ")
                .endsWith(
                        " (expected: the address of a server that is not weldr; if a server has to listen there, change "
                                + setting + " of " + owner.substring(owner.lastIndexOf(' ') + 1) + " first)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://10.0.0.1:8081",
                "http://10.0.0.2:8080",
                "http://n2:8080",
                "http://127.0.0.1:8080", // a member that listens at 10.0.0.1 alone leaves this to others
                "http://[2001:db8::3]:8080", // a witness does not proxy
                "http://10.0.0.100:8080",
                "http://127.example:8687"
            })
    void whatNobodyHasAnnouncedIsNot(String url) {
        assertThat(OwnAddresses.ANNOUNCED.refusal(add(url), MACHINES)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "localhost",
                "n1.localhost",
                "0.0.0.0",
                "[::]",
                "[::ffff:127.0.0.1]",
                "[::ffff:7f00:1]"
            })
    void onOneMachineEveryWayToTheLoopbackAddressOfAMemberIsRefused(String host) {
        for (int port : new int[] {8080, 8687, 8787, 9687, 8081, 8688, 8788, 9688}) {
            assertThat(OwnAddresses.ANNOUNCED.refusal(add("http://" + host + ":" + port), ONE_MACHINE))
                    .as("port %d", port)
                    .contains(port % 10 == 8 || port == 8081 ? "of member n2, at " : "of member n1, at ");
        }
        assertThat(OwnAddresses.ANNOUNCED.refusal(add("http://" + host + ":12345"), ONE_MACHINE))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.2", "127.255.0.9", "[::1]", "[::ffff:127.0.0.2]"})
    void aMemberAtOneLoopbackAddressLeavesTheOthersToServers(String host) {
        assertThat(OwnAddresses.ANNOUNCED.refusal(add("http://" + host + ":8080"), ONE_MACHINE))
                .isNull();
        OwnAddresses everywhere =
                new OwnAddresses(List.of(new OwnAddresses.Listener(N1, MemberPort.PROXY, 8080)), Set.of());
        assertThat(everywhere.refusal(add("http://" + host + ":8080"), ONE_MACHINE))
                .as("a member that listens at every address has these too")
                .contains("of member n1, which listens on port 8080 at every address");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[::1]", "localhost", "0.0.0.0", "[::]"})
    void aMemberAtIpv6LoopbackIsFoundThereOnly(String host) {
        ClusterState state = announced(member("n1", "[::1]:9687", "[::1]:8687", "[::1]:8787", "[::1]:8080"));
        assertThat(OwnAddresses.ANNOUNCED.refusal(add("http://" + host + ":8080"), state))
                .contains("the proxy of member n1");
        assertThat(OwnAddresses.ANNOUNCED.refusal(add("http://127.0.0.1:8080"), state))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:8080, 'the proxy of member n1, which listens on port 8080 at every address of its machine'",
        "http://[::1]:8080,     'the proxy of member n1, which listens on port 8080 at every address of its machine'",
        "http://10.0.0.100:8687, 'the HTTP API of member n1, which listens on port 8687 at every address of its machine'",
        "http://10.0.0.100:8080, 'the proxy of member n1, at the virtual IP 10.0.0.100'",
        "http://[2001:db8::100]:8080, 'the proxy of member n1, at the virtual IP 2001:db8::100'",
    })
    void theLeaderKnowsMoreOfItself(String url, String owner) {
        assertThat(LEADERS.refusal(add(url), MACHINES)).startsWith("origin " + url + " is " + owner + " (expected: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://10.0.0.100:80", "http://127.0.0.1:8081", "http://10.0.0.2:8687"})
    void andNothingThatIsNotItsOwn(String url) {
        assertThat(LEADERS.refusal(add(url), MACHINES)).isNull();
    }

    @Test
    void anOriginCannotBeMovedThereEither() {
        ClusterState state = applied(MACHINES, add("http://10.0.0.9:80"));
        assertThat(OwnAddresses.ANNOUNCED.refusal(patch("10.0.0.9:80", "http://10.0.0.1:8080", null), state))
                .contains("the proxy of member n1");
        assertThat(OwnAddresses.ANNOUNCED.refusal(patch("10.0.0.9:80", "http://10.0.0.9:81", null), state))
                .isNull();
        assertThat(OwnAddresses.ANNOUNCED.refusal(patch("gone", "http://10.0.0.1:8080", null), state))
                .as("the log says that there is no such origin")
                .isNull();
    }

    @Test
    void anOriginThatWasThereBeforeTheMemberCanStillBeChangedAndRemoved() {
        String url = "http://10.0.0.4:8080";
        ClusterState before = applied(MACHINES, add(url));
        Member late = member("n4", "10.0.0.4:9687", "10.0.0.4:8687", "10.0.0.4:8787", "10.0.0.4:8080");
        ClusterState state = applied(before, new Command.AnnounceMember(late, Instant.EPOCH));
        for (Command command : List.of(
                add(url), // the same again: the log answers that nothing changed
                patch("10.0.0.4:8080", null, AdminState.MAINTENANCE),
                patch("10.0.0.4:8080", url, AdminState.MAINTENANCE),
                new Command.RemoveOrigin(
                        PoolName.DEFAULT, new OriginRef.ById(new OriginId("10.0.0.4:8080")), null, Instant.EPOCH))) {
            assertThat(OwnAddresses.ANNOUNCED.refusal(command, state))
                    .as("%s", command)
                    .isNull();
        }
        assertThat(OwnAddresses.ANNOUNCED.refusal(patch("10.0.0.4:8080", "http://10.0.0.4:8687", null), state))
                .contains("the HTTP API of member n4");
    }

    @Test
    void applyDoesNotAsk() {
        applied(MACHINES, add("http://10.0.0.1:8080"));
    }
}
