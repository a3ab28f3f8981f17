package io.weldr.core.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.port.Membership.Newcomer;
import java.net.URI;
import java.net.URISyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemberAddressTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "n1",
                "1a",
                "10-0-0-1",
                "weldr-1.weldr.svc.cluster.local",
                "a.b1",
                "127.0.0.1",
                "::1",
                "2001:db8::1",
                "weldr_1",
                "weldr.my_zone",
                "db.3rack",
                "a.1"
            })
    void aHostIsTakenExactlyIfItCanStandInAUri(String host) {
        HostPort address = new HostPort(host, 9687);
        boolean fits = fitsUri(address);
        if (fits) {
            assertThat(MemberAddress.check(address)).isEqualTo(address);
        } else {
            assertThatThrownBy(() -> MemberAddress.check(address))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("host of a member: \"" + host + "\" (expected: ");
        }
        assertThat(fits).isEqualTo(!host.contains("_") && !host.equals("db.3rack") && !host.equals("a.1"));
    }

    /** What gRPC does with a host before anything else. */
    private static boolean fitsUri(HostPort address) {
        try {
            return new URI(null, null, address.host(), address.port(), null, null, null).getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    @Test
    void aNodeToBeTakenInIsCheckedAndAnOriginIsNot() {
        HostPort address = HostPort.parse("weldr_4:9687");
        assertThatThrownBy(() -> new Newcomer(new MemberId("n4"), address)).hasMessageContaining("weldr_4");
        assertThat(OriginUrl.parse("http://weldr_4:80").address().host()).isEqualTo("weldr_4");
    }
}
