package io.weldr.node.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.node.config.ConfigReader;
import io.weldr.node.config.NodeConfig;
import io.weldr.node.config.Setting;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a node tells the others of where it is. */
class AddressesTest {
    @ParameterizedTest
    @CsvSource({
        "0.0.0.0:8080, 127.0.0.1:9687, '', '', 127.0.0.1:8080",
        "'[::]:8080', '[::1]:9687', '', '', '[::1]:8080'",
        "'[::]:8080', '[::]:9687', '', '', '[::1]:8080'",
        "0.0.0.0:8080, '[::]:9687', '', '', 127.0.0.1:8080",
        "'[2001:db8::7]:8080', '[::1]:9687', '', '', '[2001:db8::7]:8080'",
        "'[::]:8080', '[::]:9687', '', 'n1=[2001:db8::1]:9687', '[2001:db8::1]:8080'",
        "'[::1]:8080', '[::]:9687', '2001:db8::2', '', '[2001:db8::2]:8080'",
        "'[::1]:8080', '[::]:9687', n1.example, '', n1.example:8080"
    })
    void aWildcardIsToldAsAnAddressOfItsFamily(
            String proxy, String raft, String advertise, String peers, String expected) throws Exception {
        Map<Setting, String> flags = new HashMap<>(Map.of(
                Setting.PROXY_ADDRESS,
                proxy,
                Setting.RAFT_ADDRESS,
                raft,
                Setting.INSECURE,
                "true",
                Setting.GRPC_ADDRESS,
                "[::]:8787",
                Setting.ADVERTISE_HOST,
                advertise,
                Setting.PEERS,
                peers));
        NodeConfig config = ConfigReader.read(null, Map.of(), flags);
        assertThat(new Addresses(config).reachable(config.proxyAddress(), new InetSocketAddress(8080)))
                .hasToString(expected);
    }
}
