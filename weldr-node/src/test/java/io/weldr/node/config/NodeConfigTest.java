package io.weldr.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.certificate.CertificateName;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.WhenAllDown;
import io.weldr.core.state.MemberId;
import io.weldr.leader.vip.VirtualIp;
import io.weldr.leader.vip.VirtualIpSettings;
import io.weldr.proxy.access.LineFormat;
import io.weldr.proxy.edit.Forwarding;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.Transport;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class NodeConfigTest {
    /** That nobody trusts. Its key is in the tests of weldr-core. */
    private static final String AUTHORITY = """
            -----BEGIN CERTIFICATE-----
            MIIBazCCARCgAwIBAgIUEwgtGU9HlOV9nxipN99bwhFO6+IwCgYIKoZIzj0EAwIw
            GjEYMBYGA1UEAwwPd2VsZHItdGVzdC1yb290MCAXDTIwMDEwMTAwMDAwMFoYDzIw
            NTYwMTAxMDAwMDAwWjAaMRgwFgYDVQQDDA93ZWxkci10ZXN0LXJvb3QwWTATBgcq
            hkjOPQIBBggqhkjOPQMBBwNCAAQGHRwYExcqs7nAUUInd1xPkQMmUYG3qG/HRUAH
            1EfXasqKJ7GHJ0loWIrNVeQjJ/GVDn4+fs/aEzHWPvI6xYE3ozIwMDAPBgNVHRMB
            Af8EBTADAQH/MB0GA1UdDgQWBBT2Vz2ixFWotc8/0hdz0v4T9qMtzTAKBggqhkjO
            PQQDAgNJADBGAiEAubWSeQrkAZ4MUi4JIVphR7V3QJ9IuCtOfzcQ+Wrd/KgCIQCr
            lRGqRUvdw/Esof//mSzoT32yqXOmYAdflcFMBIC+iA==
            -----END CERTIFICATE-----
            """;

    @TempDir
    private Path folder;

    @Test
    void defaultsArePinned() throws ConfigException {
        NodeConfig config = ConfigReader.read(null, Map.of(), Map.of());
        assertThat(config.id()).isEqualTo(new MemberId("n1"));
        assertThat(config.proxyAddress()).hasToString("0.0.0.0:8080");
        assertThat(config.adminAddress()).hasToString("127.0.0.1:8687");
        assertThat(config.grpcAddress()).hasToString("127.0.0.1:8787");
        assertThat(config.raftAddress()).hasToString("127.0.0.1:9687");
        assertThat(config.api()).isEqualTo(new NodeConfig.Api(null, false, List.of(), null, null));
        assertThat(config.advertiseHost()).isNull();
        assertThat(config.dataDir()).isEqualTo(Path.of("weldr-data"));
        assertThat(config.secretFile()).isNull();
        assertThat(config.peers()).isEmpty();
        assertThat(config.bootstrap()).isFalse();
        assertThat(config.join()).isNull();
        assertThat(config.witness()).isFalse();
        assertThat(config.witnessProbes()).isFalse();
        assertThat(config.onRemoval()).isEqualTo(NodeConfig.OnRemoval.EXIT);
        assertThat(config.electionTimeoutMin()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.electionTimeoutMax()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.insecure()).isFalse();
        assertThat(config.workers()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(config.transport()).isEqualTo(Transport.AUTO);
        assertThat(config.listenerAllow()).hasToString("1024-65535");
        assertThat(config.trustedPeers()).isEmpty();
        assertThat(config.forwarded()).isEqualTo(Forwarding.X_FORWARDED);
        assertThat(config.whenAllDown()).isEqualTo(WhenAllDown.ANSWER_503);
        assertThat(config.allowTrace()).isFalse();
        assertThat(config.accessLog()).isNull();
        assertThat(config.accessLogFormat()).isEqualTo(LineFormat.JSON);
        assertThat(config.tracing()).isNull();
        assertThat(config.acmeDirectory()).isEqualTo("https://acme-v02.api.letsencrypt.org/directory");
        assertThat(config.acmeCaFile()).isNull();
        assertThat(config.raftSnapshotEntries()).isEqualTo(20_000);
        assertThat(config.raftSegmentBytes()).isEqualTo(1 << 20);
        assertThat(config.raftKeptEntries()).isEqualTo(1000);
        assertThat(config.drainTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.logLevel()).isEqualTo(NodeConfig.LogLevel.INFO);
    }

    @Test
    void tracesNeedACollectorAndAShare() throws Exception {
        NodeConfig config = ConfigReader.read(
                null, Map.of(), Map.of(Setting.TRACE_ENDPOINT, "http://collector:4318", Setting.TRACE_SAMPLE, "0.5"));
        assertThat(config.tracing()).isEqualTo(new NodeConfig.TraceSettings(URI.create("http://collector:4318"), 0.5));
        for (String share : List.of("-0.1", "1.1", "NaN", "much")) {
            assertThatThrownBy(() -> ConfigReader.read(null, Map.of(), Map.of(Setting.TRACE_SAMPLE, share)))
                    .hasMessageContaining("trace-sample")
                    .hasMessageContaining("a number from 0 to 1");
        }
        for (String url : List.of("collector:4318", "ftp://a/", "http://", "http://a b/")) {
            assertThatThrownBy(() -> ConfigReader.read(null, Map.of(), Map.of(Setting.TRACE_ENDPOINT, url)))
                    .hasMessageContaining("trace-endpoint");
        }
    }

    @Test
    void ipv6IsTakenWhereverAnAddressIs() throws Exception {
        NodeConfig flags = ConfigReader.read(
                null,
                Map.of("WELDR_RAFT_ADDRESS", "[::1]:9687", "WELDR_ADMIN_ADDRESS", "[::1]:0"),
                Map.of(
                        Setting.PEERS, "n1=[0:0::1]:9687,n2=[::1]:9688",
                        Setting.GRPC_ADDRESS, "[::1]:8787",
                        Setting.PROXY_ADDRESS, "[::]:8080",
                        Setting.ADVERTISE_HOST, "[2001:DB8::1]"));
        assertThat(flags.peers()).containsEntry(new MemberId("n1"), new HostPort("::1", 9687));
        assertThat(flags.raftAddress()).isEqualTo(new ListenAddress("::1", 9687));
        assertThat(flags.adminAddress()).isEqualTo(new ListenAddress("::1", 0));
        assertThat(flags.grpcAddress()).hasToString("[::1]:8787");
        assertThat(flags.proxyAddress().isWildcard()).isTrue();
        assertThat(flags.advertiseHost()).isEqualTo("2001:db8::1");
        assertThat(read("advertise-host: 2001:db8::1").advertiseHost()).isEqualTo("2001:db8::1");
        assertThat(read("peers:\n  n1: \"[::1]:9687\"\nraft-address: \"[::1]:9687\"")
                        .peers())
                .containsEntry(new MemberId("n1"), new HostPort("::1", 9687));
        assertThat(read("join: \"[::1]:8687\"").join()).isEqualTo(new NodeConfig.Join(new HostPort("::1", 8687)));
    }

    /** gRPC refuses such names, and would do so at each call from one member to another. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "advertise-host: weldr_1 | advertise-host: host of a member: \"weldr_1\" (expected: ",
                "advertise-host: weldr.1a | advertise-host: host of a member: \"weldr.1a\" (expected: ",
                "advertise-host: '0.0.0.0' | advertise-host: host: \"0.0.0.0\" (expected: ",
                "peers: n1=weldr_1:9687 | peers: host of a member: \"weldr_1\" (expected: ",
                "join: weldr_1:8687 | join: host of a member: \"weldr_1\" (expected: ",
                "raft-address: weldr_1:9687 | raft-address: host of a member: \"weldr_1\" (expected: ",
                "grpc-address: weldr_1:8787 | grpc-address: host of a member: \"weldr_1\" (expected: ",
                "admin-address: weldr_1:8687 | admin-address: host of a member: \"weldr_1\" (expected: "
            })
    void aHostThatMembersCannotCallIsRefused(String line, String expected) {
        assertThatThrownBy(() -> read(line))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(expected)
                .hasMessageContaining(":1: ");
    }

    @Test
    void aFileMaySayEverything() throws Exception {
        NodeConfig config = read("""
                id: n2
                proxy-address: "[::1]:0"
                admin:
                  address: 127.0.0.2:1
                peers:
                  n1: 10.0.0.1:9687
                  n2: 10.0.0.2:9687
                advertise-host: n2.example
                workers: 3
                bootstrap: true
                """);
        assertThat(config.id()).isEqualTo(new MemberId("n2"));
        assertThat(config.proxyAddress()).isEqualTo(new ListenAddress("::1", 0));
        assertThat(config.adminAddress()).hasToString("127.0.0.2:1");
        assertThat(config.peers()).containsEntry(new MemberId("n1"), new HostPort("10.0.0.1", 9687));
        assertThat(config.workers()).isEqualTo(3);
        assertThat(config.bootstrap()).isTrue();
    }

    @Test
    void aNodeFormsAClusterOrJoinsOne() throws Exception {
        assertThat(read("id: n4\njoin: 10.0.0.1:8687\nadvertise-host: n4.example")
                        .join())
                .isEqualTo(new NodeConfig.Join(new HostPort("10.0.0.1", 8687)));
        assertThat(read("join: wait\non-removal: idle\nwitness: true"))
                .satisfies(config -> assertThat(config.join()).isEqualTo(new NodeConfig.Join(null)))
                .satisfies(config -> assertThat(config.onRemoval()).isEqualTo(NodeConfig.OnRemoval.IDLE))
                .satisfies(config -> assertThat(config.witness()).isTrue());
        assertThat(read("witness: true\nwitness-probes: true").witnessProbes()).isTrue();
        assertThatThrownBy(() -> read("witness-probes: true"))
                .hasMessageContaining("witness-probes")
                .hasMessageContaining("witness: true");
        assertThatThrownBy(() -> read("join: wait\nbootstrap: true")).hasMessageContaining("--bootstrap");
        assertThatThrownBy(() -> read("join: wait\npeers: {n1: 10.0.0.1:9687}")).hasMessageContaining("--peers");
        assertThatThrownBy(() -> read("join: soon")).hasMessageContaining("join");
        assertThat(read("join: wait\njoin-as: learner").joinsAsLearner()).isTrue();
        assertThatThrownBy(() -> read("join-as: learner"))
                .hasMessageContaining("join-as")
                .hasMessageContaining("join beside it");
        assertThatThrownBy(() -> read("join: wait\nwitness: true\njoin-as: learner"))
                .hasMessageContaining("voter on a witness");
        assertThat(read("").removeDeadAfter()).isNull();
        assertThat(read("remove-dead-after: 2h\nvoters-min: 5"))
                .satisfies(config -> assertThat(config.removeDeadAfter()).isEqualTo(Duration.ofHours(2)))
                .satisfies(config -> assertThat(config.votersMin()).isEqualTo(5));
        assertThatThrownBy(() -> read("remove-dead-after: 10s")).hasMessageContaining("remove-dead-after");
        assertThatThrownBy(() -> read("voters-min: 10")).hasMessageContaining("voters-min");
        assertThatThrownBy(() -> read("witness: true\nvip: {address: 10.0.0.100/32, interface: eth0}"))
                .hasMessageContaining("virtual IP");
    }

    @Test
    void theSecretIsReadAndOnlyItsPathIsKept() throws Exception {
        String digits = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        Path secret = Files.writeString(folder.resolve("secret"), digits);
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        NodeConfig config = read("id: n1\nsecret-file: " + secret);
        assertThat(config.secretFile()).isEqualTo(secret);
        assertThat(config.toString()).contains(secret.toString()).doesNotContain(digits.substring(0, 8));

        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> read("id: n1\nsecret-file: " + secret))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(
                        folder.resolve("weldr.yaml") + ":2: secret-file: secret file \"" + secret + "\": ")
                .hasMessageContaining("chmod 600 " + secret);
    }

    @Test
    void theAuthoritiesOfAcmeAreRead() throws Exception {
        Path file = Files.writeString(folder.resolve("ca.pem"), "no certificate");
        assertThatThrownBy(() -> read("acme: {ca-file: " + file + "}"))
                .hasMessageContaining(":1: acme-ca-file: authorities: no PEM (expected: PEM, which begins with");
        Files.writeString(file, AUTHORITY);
        assertThat(read("acme: {ca-file: " + file + ", directory: 'https://ca.example/d'}")
                        .acmeCaFile())
                .isEqualTo(file);
    }

    @Test
    void limitsAreCheckedAgainstEachOtherWhenAllAreThere() throws Exception {
        assertThat(read("limits: {request-line-bytes-max: 32768, head-bytes-max: 65536}")
                        .limits()
                        .requestLineBytesMax())
                .isEqualTo(32_768);
        assertThat(read("limits: {backlog-high-bytes: 16384, backlog-low-bytes: 8192}")
                        .limits()
                        .backlogHighBytes())
                .isEqualTo(16_384);
        assertThat(read("limits: {exchange-timeout: 0}").limits().exchangeTimeout())
                .isZero();
    }

    @Test
    void aRaftAddressThatOthersReachNeedsTheSecret(@TempDir Path folder) throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "a1".repeat(32));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        assertThat(read("raft-address: 10.0.0.1:9687\nsecret-file: " + secret).raftAddress())
                .hasToString("10.0.0.1:9687");
    }

    @Test
    void aFlagWinsOverAVariableAndAVariableOverTheFile() throws Exception {
        Path file = file("id: from-file\nworkers: 1\nlog-level: warn");
        NodeConfig config = ConfigReader.read(
                file, Map.of("WELDR_ID", "from-variable", "WELDR_WORKERS", "2"), Map.of(Setting.ID, "from-flag"));
        assertThat(config.id()).hasToString("from-flag");
        assertThat(config.workers()).isEqualTo(2);
        assertThat(config.logLevel()).isEqualTo(NodeConfig.LogLevel.WARN);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "id: n1\\nporxy-address: 1:2 | :2: unknown key \"porxy-address\" (did you mean \"proxy-address\"?)",
                "id: n1\\nid: n2            | :2: ",
                "proxy-address: nowhere     | :1: proxy-address: address: \"nowhere\" (expected: host:port)",
                "workers: many              | :1: workers: value: \"many\" (expected: a number from 0 to 256)",
                "workers: [1]               | :1: workers: no single value",
                "insecure: maybe            | :1: insecure: value: \"maybe\" (expected: true or false)",
                "transport: carrier-pigeon  | :1: transport: \"carrier-pigeon\" (expected: one of auto, epoll, io-uring, nio)",
                "forwarded: for             | :1: forwarded: \"for\" (expected: one of x-forwarded, rfc7239, both, none)",
                "election-timeout: 200ms    | two times, as in 500ms-1s",
                "election-timeout: 400ms-200ms | the most: 200 ms",
                "limits: {fields-max: 0}    | :1: limits-fields-max: fieldsMax: 0",
                "vip: {address: 10.0.0.100/24} | both an address and an interface",
                "vip: {addresses: [1]}      | :1: expected {address: 10.0.0.100/32, interface: eth0}",
                "vip: {lifetime: 1500ms}    | whole seconds",
                "drain-timeout: 10          | as in 250ms, 10s, 5m or 1h",
                "id: n1\\nwarm-up-time: 2s   | :2: unknown key \"warm-up-time\"",
                "peers: {n2: '10.0.0.1:1'}  | this node, n1, among [n2]",
                "peers: 'n1=1.1.1.1:1,n2=1.1.1.1:1' | each address once",
                "raft-address: 10.0.0.1:9687 | (expected: a loopback address, or secret-file with the secret of the cluster",
                "peer-tls: {cert: a.pem, key: a.key} | :1: peer-tls-cert: peer-tls-ca is not set (expected: peer-tls-cert, peer-tls-key and",
                "admin-address: 0.0.0.0:1   | (expected: a loopback address, or secret-file",
                "id: n1\\npeers: {n1: {raft: '1.1.1.1:1'}} | :2: peers: n1: no single value (expected: host:port)",
                "peers: {n1: '10.0.0.1:9687'} | :1: raft-address is 127.0.0.1:9687 (expected: an address that other machines reach",
                "join: 10.0.0.1:8687        | :1: join: raft-address is 127.0.0.1:9687 (expected: an address that other machines reach",
                "proxy-address: 10.0.0.1:80\\nvip: {address: 10.0.0.100/24, interface: eth0} | :1: proxy-address: \"10.0.0.1:80\" (expected: 0.0.0.0:PORT",
                "limits: {request-line-bytes-max: 32768} | :1: limits-request-line-bytes-max: headBytesMax: 16384 (expected: >= 32768)",
                "limits: {request-line-bytes-max: 32768, connect-timeout: 1s} | :1: limits-request-line-bytes-max: headBytesMax: 16384",
                "limits: {conect-timeout: 1s} | :1: unknown key \"limits-conect-timeout\" (did you mean \"limits-connect-timeout\"?)",
                "limits: {backlog-high-bytes: 4096, backlog-low-bytes: 8192} | :1: limits-backlog-low-bytes: backlogLowBytes: 8192 (expected: <= 4096)",
                "peers: {n1: [a, b]}        | :1: peers: n1: no single value (expected: host:port)",
                "peers: {n1: }              | :1: peers: n1: no single value (expected: host:port)",
                "vip: {addresses: [{address: [a]}]} | :1: vip-addresses: address: no single value",
                "vip: {addresses: [{interface: {a: b}}]} | :1: vip-addresses: interface: no single value",
                "listener-allow: 0-80       | :1: listener-allow: port: \"0-80\" (expected: a port from 1 to 65535",
                "acme-directory: 'http://a' | :1: acme-directory: directory: \"http://a\" (expected: an https URL of at most",
                "acme: {ca-file: /nowhere}  | :1: acme-ca-file: \"/nowhere\": no such file (expected: PEM)",
                "trusted-peers: foo         | :1: trusted-peers: network: \"foo\" (expected: an address or a network",
                "trusted-peers: '10.0.0.0/8,10.0.0.0/33' | :1: trusted-peers: network: \"10.0.0.0/33\"",
                "'- a'                      | expected keys and values",
                "id: \"n1                    | :1: not valid YAML",
            })
    void whatCannotBeUsedIsRefusedWithItsPlace(String yaml, String message) throws IOException {
        Path file = file(yaml.replace("\\n", "\n"));
        assertThatThrownBy(() -> ConfigReader.read(file, Map.of(), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }

    @Test
    void theCulpritMayBeAVariableOrAFlag() {
        assertThatThrownBy(() -> ConfigReader.read(null, Map.of("WELDR_WORKERS", "-1"), Map.of()))
                .hasMessageStartingWith("WELDR_WORKERS: value: \"-1\"");
        assertThatThrownBy(() -> ConfigReader.read(null, Map.of(), Map.of(Setting.ID, "a b")))
                .hasMessageStartingWith("--id: member id: \"a b\"");
        assertThatThrownBy(() -> ConfigReader.read(folder.resolve("none.yaml"), Map.of(), Map.of()))
                .hasMessageContaining("no such file");
    }

    @Test
    void aMisspelledVariableIsTold() {
        assertThat(ConfigReader.unknownVariables(Map.of(
                        "WELDR_PROXY_ADRESS",
                        "127.0.0.1:80",
                        "WELDR_SERVICE_HOST",
                        "10.0.0.1",
                        "WELDR_ID",
                        "n1",
                        "WELDR_LOCAL_DIR",
                        "x",
                        "WELDR_JAVA_OPTS",
                        "",
                        "WELDR_SUPERVISED",
                        "true",
                        "PATH",
                        "/bin")))
                .containsExactly(
                        "WELDR_PROXY_ADRESS: no such setting, ignored (did you mean WELDR_PROXY_ADDRESS?)",
                        "WELDR_SERVICE_HOST: no such setting, ignored");
    }

    @Test
    void theSecretOpensTheAdminAddressesWithTokens() throws Exception {
        Path secret = Files.writeString(folder.resolve("opens"), "0a".repeat(32));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        NodeConfig config = ConfigReader.read(file("secret-file: " + secret + """

                admin-address: 0.0.0.0:1
                grpc-address: 10.0.0.1:2
                status-address: 10.0.0.1:3
                loopback-auth: required
                admin-hosts: lb.example,LB2.example
                admin-certificate: web
                audit-log: "-"
                """), Map.of(), Map.of());
        assertThat(config.insecure()).isFalse();
        assertThat(config.adminAddress().isWildcard()).isTrue();
        assertThat(config.api())
                .isEqualTo(new NodeConfig.Api(
                        new ListenAddress("10.0.0.1", 3),
                        true,
                        List.of("lb.example", "lb2.example"),
                        new CertificateName("web"),
                        "-"));
        assertThatThrownBy(() -> read("loopback-auth: maybe")).hasMessageContaining("one of none, required");
        assertThatThrownBy(() -> read("admin-hosts: a b")).hasMessageContaining("admin-hosts");
        assertThatThrownBy(() -> read("admin-certificate: a b")).hasMessageContaining("admin-certificate");
        assertThatThrownBy(() -> read("status-address: 10.0.0.1")).hasMessageContaining("status-address");
    }

    @Test
    void insecureOpensTheAdminAddresses() throws ConfigException {
        NodeConfig config = ConfigReader.read(
                null,
                Map.of(),
                Map.of(
                        Setting.INSECURE,
                        "true",
                        Setting.ADMIN_ADDRESS,
                        "0.0.0.0:1",
                        Setting.RAFT_ADDRESS,
                        "10.0.0.1:1"));
        assertThat(config.adminAddress().isWildcard()).isTrue();
    }

    @Test
    void virtualIpsAreOneOrAList() throws Exception {
        assertThat(ConfigReader.read(null, Map.of(), Map.of()).virtualIp()).isEqualTo(VirtualIpSettings.none());
        assertThat(read("vip: {address: 10.0.0.100/24, interface: eth0}\n")
                        .virtualIp()
                        .addresses())
                .containsExactly(VirtualIp.parse("10.0.0.100/24", "eth0"));
        VirtualIpSettings several = read("""
                vip:
                  addresses:
                    - {address: 10.0.0.100/32, interface: eth0}
                    - {address: "2001:db8::100/128", interface: eth1}
                  lifetime: 3s
                  on-quorum-loss: hold
                  hooks:
                    active: /etc/weldr/active.sh
                    timeout: 5s
                """).virtualIp();
        assertThat(several.addresses())
                .containsExactly(
                        VirtualIp.parse("10.0.0.100/32", "eth0"), VirtualIp.parse("2001:db8::100/128", "eth1"));
        assertThat(several.lifetime()).isEqualTo(Duration.ofSeconds(3));
        assertThat(several.quorumLoss()).isEqualTo(VirtualIpSettings.QuorumLoss.HOLD);
        assertThat(several.hooks().onActive()).isEqualTo("/etc/weldr/active.sh");
        assertThat(several.hooks().onPassive()).isNull();
        assertThat(several.hooks().timeout()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void aListOfAStrongerSourceReplacesTheOneOfAWeaker() throws Exception {
        Path file = file("""
                insecure: true
                id: n1
                peers: {n1: "127.0.0.1:1", n2: "127.0.0.1:2"}
                trusted-peers: 10.0.0.0/8
                vip: {addresses: [{address: 10.0.0.100/32, interface: eth0}, {address: 10.0.0.101/32, interface: eth0}]}
                """);
        Map<Setting, String> one = Map.of(Setting.VIP_ADDRESS, "10.0.0.102/32", Setting.VIP_INTERFACE, "eth1");
        VirtualIp flag = VirtualIp.parse("10.0.0.102/32", "eth1");
        assertThat(ConfigReader.read(file, Map.of(), one).virtualIp().addresses())
                .containsExactly(flag);
        Map<String, String> variables = Map.of("WELDR_VIP_ADDRESS", "10.0.0.102/32", "WELDR_VIP_INTERFACE", "eth1");
        assertThat(ConfigReader.read(file, variables, Map.of()).virtualIp().addresses())
                .containsExactly(flag);
        Map<Setting, String> list = Map.of(Setting.VIP_ADDRESSES, "10.0.0.103/32@eth2");
        assertThat(ConfigReader.read(file, variables, list).virtualIp().addresses())
                .containsExactly(VirtualIp.parse("10.0.0.103/32", "eth2"));
        assertThat(ConfigReader.read(file, variables, Map.of(Setting.VIP_ADDRESSES, ""))
                        .virtualIp()
                        .addresses())
                .isEmpty();
        assertThat(ConfigReader.read(
                                null,
                                Map.of(),
                                Map.of(
                                        Setting.VIP_ADDRESS, "10.0.0.102/32",
                                        Setting.VIP_INTERFACE, "eth1",
                                        Setting.VIP_ADDRESSES, "10.0.0.103/32@eth2"))
                        .virtualIp()
                        .addresses())
                .as("of one source both hold")
                .hasSize(2);

        NodeConfig others = ConfigReader.read(
                file,
                Map.of("WELDR_TRUSTED_PEERS", "192.168.0.0/16"),
                Map.of(Setting.PEERS, "n1=127.0.0.1:1,n3=127.0.0.1:3"));
        assertThat(others.peers()).containsOnlyKeys(new MemberId("n1"), new MemberId("n3"));
        assertThat(others.trustedPeers()).hasSize(1);
    }

    @Test
    void everyLimitOfTheProxyIsASetting() throws Exception {
        NodeConfig config = read("limits:\n  connect-timeout: 250ms\n  connections-max: 7\n");
        assertThat(config.limits().connectTimeout()).isEqualTo(Duration.ofMillis(250));
        assertThat(config.limits().connectionsMax()).isEqualTo(7);
        assertThat(Setting.values().stream().filter(Setting::isLimit).map(Setting::limit))
                .containsExactlyElementsOf(ProxyLimits.all());
        assertThat(ConfigReader.read(null, Map.of(), Map.of()).limits()).isEqualTo(ProxyLimits.DEFAULTS);
    }

    /** The default text that the help and the start of a node have is also what can be configured. */
    @Test
    void everyLimitCanBeSetToItsDefault() throws Exception {
        Map<String, String> variables = new HashMap<>();
        Setting.values().stream()
                .filter(Setting::isLimit)
                .forEach(setting -> variables.put(setting.variable(), setting.defaultText()));
        assertThat(variables).hasSameSizeAs(ProxyLimits.all()).containsEntry("WELDR_LIMITS_CONNECT_TIMEOUT", "1500ms");
        assertThat(ConfigReader.read(null, variables, Map.of()).limits()).isEqualTo(ProxyLimits.DEFAULTS);
    }

    @ParameterizedTest
    @MethodSource("io.weldr.node.config.Setting#values")
    void everyKeyIsAFlagAndAVariableOfTheSameName(Setting setting) {
        assertThat(setting.flag().substring(2)).isEqualTo(setting.key());
        assertThat(setting.variable())
                .isEqualTo("WELDR_"
                        + setting.key().toUpperCase(java.util.Locale.ROOT).replace('-', '_'));
        assertThat(setting.help()).isNotBlank();
    }

    @Test
    void noTwoSettingsShareAName() {
        Set<String> names = new HashSet<>();
        for (Setting setting : Setting.values()) {
            assertThat(names.add(setting.flag())).isTrue();
        }
    }

    private NodeConfig read(String yaml) throws IOException, ConfigException {
        return ConfigReader.read(file(yaml), Map.of(), Map.of(Setting.INSECURE, "true"));
    }

    private Path file(String yaml) throws IOException {
        return Files.writeString(folder.resolve("weldr.yaml"), yaml);
    }
}
