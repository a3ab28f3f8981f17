package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weldr.proxy.tls.TlsLibrary;
import io.weldr.testing.OpenSsl;
import io.weldr.testing.Ports;
import io.weldr.testing.TestCa;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What {@code openssl s_client} and weldr agree on, and what not: versions, ciphers, groups, names, sessions. One proxy
 * serves all stories. They are skipped where openssl is missing.
 */
class TlsMatrixIT {
    private static final TestCa CA = TestCa.root("authority");

    /**
     * Of TLS 1.2: ephemeral keys and AEAD (RFC 9325 section 4.2). What stands behind the hyphen is AES in GCM, or
     * ChaCha20.
     */
    private static final List<String> CIPHERS = List.of("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305");

    private static final List<String> CIPHERS_OF_13 =
            List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

    /**
     * Without ephemeral keys, without AEAD, with groups that the client may choose as it likes, or without a
     * certificate.
     */
    private static final List<String> REFUSED_CIPHERS = List.of(
            "AES128-GCM-SHA256",
            "AES128-SHA",
            "CAMELLIA128-SHA",
            "ECDHE-ECDSA-AES128-SHA",
            "ECDHE-ECDSA-AES256-SHA384",
            "ECDHE-ECDSA-AES128-CCM",
            "DHE-RSA-AES128-GCM-SHA256",
            "AECDH-AES128-SHA",
            "ECDHE-ECDSA-NULL-SHA");

    private static RawOrigin origin;
    private static TestProxy proxy;
    private static OpenSsl openssl;
    private static TestListener listener;

    @BeforeAll
    static void serve() throws IOException {
        openssl = new OpenSsl(CA);
        origin = RawOrigin.answering(RawOrigin.OK);
        TestTls tls = new TestTls("one secret")
                .put("ec", CA.issue("ec.example"), "ec.example")
                .put("rsa", CA.issueRsa("rsa.example"), "rsa.example")
                .put("wild", CA.issue("*.wild.example"), "*.wild.example")
                .put("address", CA.issue("10.0.0.1"), "10.0.0.1");
        proxy = tls.proxy(origin);
        listener = TestListener.https("web", Ports.free(), "ec", "rsa", "wild", "address")
                .putTo(proxy);
    }

    @AfterAll
    static void stop() throws IOException {
        await().until(() -> proxy.server.connectionsOpen() == 0);
        proxy.close();
        origin.close();
        openssl.close();
    }

    private static boolean jdk() {
        return TestTls.LIBRARY.resolve() == TlsLibrary.JDK;
    }

    /** Shakes hands as {@code ec.example}, unless told otherwise, and sends a request. */
    private static String get(String name, String... more) throws IOException {
        return openssl.get(listener.port(), name, more);
    }

    /** Shakes hands, and says no more than what {@code input} has. */
    private static String shake(String input, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "openssl", "s_client", "-connect", "127.0.0.1:" + listener.port(), "-CAfile", openssl.authority()));
        command.addAll(Arrays.asList(more));
        return openssl.run(input, command.toArray(String[]::new));
    }

    private static double failures(String cause) {
        return proxy.gauge("proxy_tls_handshake_failures", "cause", cause);
    }

    // ---- versions

    @Test
    void versions12And13AreSpoken() throws IOException {
        assertThat(get("ec.example", "-tls1_2"))
                .contains("New, TLSv1.2, Cipher is")
                .contains("200 OK");
        assertThat(get("ec.example", "-tls1_3"))
                .contains("New, TLSv1.3, Cipher is")
                .contains("200 OK");
        assertThat(get("ec.example")).contains("New, TLSv1.3, Cipher is").contains("200 OK");
    }

    @Test
    void olderVersionsAreRefusedByAnAlert() throws IOException {
        for (String version : List.of("-tls1", "-tls1_1")) {
            double before = failures("version");
            assertThat(get("ec.example", version, "-cipher", "ALL:@SECLEVEL=0"))
                    .as(version)
                    .contains("SSL alert number 70") // protocol_version
                    .doesNotContain("200 OK");
            await().until(() -> failures("version") == before + 1);
        }
        // No openssl of today speaks SSL 3.
        double before = failures("version");
        try (Wire wire = listener.connect()) {
            String said = wire.send(Hello.ofVersion(0x0300, "ec.example"))
                    .readToEnding()
                    .text();
            assertThat(said).startsWith("\u0015\u0003").endsWith("\u0000\u0002\u0002F"); // fatal, 70
        }
        await().until(() -> failures("version") == before + 1);
    }

    @Test
    void aFallbackThatNobodyAskedForIsNoticed() throws IOException {
        assumeTrue(!jdk(), "the JDK does not know RFC 7507");
        // The client says that it spoke TLS 1.3 before and was not understood (RFC 7507 section 4).
        assertThat(get("ec.example", "-tls1_2", "-fallback_scsv")).contains("SSL alert number 86");
    }

    // ---- ciphers

    @Test
    void eachCipherThatIsOfferedIsSpoken() throws IOException {
        for (String cipher : CIPHERS) {
            for (String key : List.of("ECDSA", "RSA")) {
                String name = "ECDHE-" + key + "-" + cipher;
                assertThat(get(key.equals("RSA") ? "rsa.example" : "ec.example", "-tls1_2", "-cipher", name))
                        .as(name)
                        .contains("New, TLSv1.2, Cipher is " + name)
                        .contains("200 OK");
            }
        }
        for (String cipher : CIPHERS_OF_13) {
            for (String name : List.of("rsa.example", "ec.example")) {
                assertThat(get(name, "-tls1_3", "-ciphersuites", cipher))
                        .as(cipher)
                        .contains("New, TLSv1.3, Cipher is " + cipher)
                        .contains("200 OK");
            }
        }
    }

    @Test
    void otherCiphersAreRefusedByAnAlert() throws IOException {
        for (String cipher : REFUSED_CIPHERS) {
            double before = failures("cipher");
            String host = cipher.contains("ECDSA") || cipher.startsWith("AECDH") ? "ec.example" : "rsa.example";
            assertThat(get(host, "-tls1_2", "-cipher", cipher + ":@SECLEVEL=0"))
                    .as(cipher)
                    .contains("SSL alert number 40") // handshake_failure
                    .doesNotContain("200 OK");
            await(cipher).until(() -> failures("cipher") == before + 1);
        }
        double before = failures("cipher");
        assertThat(get("ec.example", "-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256"))
                .contains("SSL alert number 40");
        // A cipher for a key of another kind than that of the certificate.
        assertThat(get("ec.example", "-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"))
                .contains("SSL alert number 40");
        await().until(() -> failures("cipher") == before + 2);
    }

    @Test
    void theServerChoosesTheCipher() throws IOException {
        assertThat(get(
                        "ec.example",
                        "-tls1_2",
                        "-cipher",
                        "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"))
                .contains("Cipher is ECDHE-ECDSA-AES128-GCM-SHA256");
    }

    // ---- groups

    @Test
    void eachGroupThatIsOfferedIsSpoken() throws IOException {
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            for (List<String> group : List.of(
                    List.of("X25519", "X25519"), List.of("P-256", "prime256v1"), List.of("P-384", "secp384r1"))) {
                assertThat(get("rsa.example", version, "-groups", group.get(0)))
                        .as(version + " " + group)
                        .contains("Server Temp Key: ")
                        .containsPattern("Server Temp Key: .*" + group.get(1))
                        .contains("200 OK");
            }
        }
        // The client guesses one that the server does not have, and is asked for another one (RFC 8446 section 4.1.4).
        assertThat(get("ec.example", "-tls1_3", "-groups", "ffdhe8192:P-384"))
                .containsPattern("Server Temp Key: .*secp384r1")
                .contains("200 OK");
    }

    @Test
    void aClientWithoutAGroupInCommonIsRefusedByAnAlert() throws IOException {
        refuseGroup("-tls1_2", "P-521");
        refuseGroup("-tls1_2", "X448");
        refuseGroup("-tls1_3", "P-521");
        refuseGroup("-tls1_3", "X448");
        refuseGroup("-tls1_3", "ffdhe2048");
        if (!jdk()) { // which chooses one of its own if it knows none of the client's, and then the client refuses
            refuseGroup("-tls1_2", "brainpoolP256r1");
        }
    }

    private static void refuseGroup(String version, String group) throws IOException {
        double before = failures("cipher");
        assertThat(get("rsa.example", version, "-groups", group))
                .as(version + " " + group)
                // handshake_failure; the JDK says unexpected_message where RFC 8446 section 4.1.1 has that
                .contains("SSL alert number " + (jdk() && version.equals("-tls1_3") ? 10 : 40))
                .doesNotContain("200 OK");
        await(version + " " + group).until(() -> failures("cipher") == before + 1);
    }

    // ---- names

    @Test
    void theNameThatAClientAsksForDecides() throws IOException {
        assertThat(get("ec.example", "-verify_hostname", "ec.example")).contains("200 OK");
        assertThat(get("EC.Example", "-verify_hostname", "ec.example")).contains("200 OK");
        assertThat(get("rsa.example", "-verify_hostname", "rsa.example")).contains("200 OK");
        assertThat(get("a.wild.example", "-verify_hostname", "a.wild.example")).contains("200 OK");
        assertThat(get("A.WILD.example", "-verify_hostname", "a.wild.example")).contains("200 OK");
        for (String refused : List.of(
                "unknown.example", "wild.example", "a.b.wild.example", "ec.example.", "xn--.", "10.0.0.2", "::1")) {
            assertThat(get(refused))
                    .as(refused)
                    .contains("SSL alert number 112") // unrecognized_name
                    .doesNotContain("200 OK");
        }
        assertThat(shake("", "-noservername")).contains("SSL alert number 112");
        // RFC 6066 section 3 does not permit addresses, but a certificate for one may be asked for.
        assertThat(get("10.0.0.1")).contains("200 OK");
    }

    // ---- sessions

    @Test
    void sessionsResumeByTickets() throws IOException {
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            String session = openssl.file("session" + version);
            assertThat(get("ec.example", version, "-sess_out", session)).contains("New, TLSv1");
            double before = proxy.gauge("proxy_tls_handshakes", "resumed", "true");
            assertThat(get("ec.example", version, "-sess_in", session))
                    .as(version)
                    .contains("Reused, TLSv1")
                    .contains("200 OK");
            await().until(() -> proxy.gauge("proxy_tls_handshakes", "resumed", "true") == before + 1);
            // A client that does not know tickets shakes hands anew.
            assertThat(get("ec.example", version, "-no_ticket")).contains("New, TLSv1");
        }
        // RFC 6066 section 3 forbids that a session of TLS 1.2 resumes with another name.
        String session = openssl.file("session-tls1_2");
        assertThat(get("rsa.example", "-tls1_2", "-sess_in", session))
                .contains("New, TLSv1.2")
                .contains("200 OK");
        assertThat(get("ec.example", "-tls1_3", "-sess_in", session)).contains("New, TLSv1.3");
        assertThat(Path.of(session)).exists();
    }

    // ---- what TLS once allowed

    @Test
    void renegotiationIsRefused() throws IOException {
        String said = shake("R\n", "-servername", "ec.example", "-tls1_2");
        assertThat(said).contains("RENEGOTIATING").doesNotContain("200 OK");
        assertThat(said.substring(said.indexOf("RENEGOTIATING")))
                .as("the server has not shaken hands again")
                .doesNotContain("verify return:1");
        assertThat(get("ec.example", "-tls1_2")).contains("Secure Renegotiation IS supported");
    }

    @Test
    void nothingIsCompressed() throws IOException {
        assertThat(get("ec.example", "-tls1_2", "-comp")).contains("Compression: NONE");
        try (Wire wire = listener.connect()) {
            String hello = wire.send(Hello.compressing("ec.example", 1, 0)).read(5 + 4 + 2 + 32 + 1);
            int session = hello.charAt(hello.length() - 1);
            String rest = wire.read(session + 2 + 1);
            assertThat(rest.charAt(rest.length() - 1)).as("compression method").isEqualTo('\u0000');
        }
        try (Wire wire = listener.connect()) { // it does not offer to do without
            assertThat(wire.send(Hello.compressing("ec.example", 1))
                            .readToEnding()
                            .text())
                    .startsWith("\u0015\u0003");
        }
    }

    @Test
    void aClientMayChangeItsKeys() throws IOException {
        String said = shake("K\nQ\n", "-servername", "ec.example", "-tls1_3");
        assertThat(said).contains("KEYUPDATE").doesNotContain("alert");
    }

    // ---- no TLS

    @Test
    void garbageIsAnsweredByAnAlertOrAnEnd() throws IOException {
        long seed = new Random().nextLong();
        System.out.println("garbage by seed " + seed);
        Random random = new Random(seed);
        byte[] sound = Hello.record("ec.example", "http/1.1");
        for (int round = 0; round < 300; round++) {
            byte[] sent;
            if (round % 3 == 0) {
                sent = new byte[1 + random.nextInt(600)];
                random.nextBytes(sent);
            } else {
                sent = sound.clone();
                int changes = 1 + random.nextInt(4);
                for (int i = 0; i < changes; i++) {
                    sent[random.nextInt(sent.length)] = (byte) random.nextInt();
                }
            }
            try (Wire wire = listener.connect()) {
                wire.send(sent);
                wire.socket().shutdownOutput();
                String said = wire.readToEnding().text();
                assertThat(said.isEmpty()
                                || said.startsWith("\u0015\u0003")
                                || said.startsWith("\u0016\u0003")
                                || said.startsWith("HTTP/1.1 400 "))
                        .as("round %d of seed %d: %s", round, seed, said)
                        .isTrue();
            }
        }
        // A hello as SSL 2 had it.
        try (Wire wire = listener.connect()) {
            byte[] sent = {(byte) 0x80, 0x1c, 1, 3, 1, 0, 3, 0, 0, 0, 16, 0, 0, 47};
            assertThat(wire.send(sent).readToEnding().text())
                    .startsWith("\u0015\u0003")
                    .endsWith("\u00022");
        }
        assertThat(get("ec.example")).contains("200 OK");
        await().until(() -> proxy.value("proxy_tls_handshakes_open") == 0);
        await().until(() -> proxy.value("proxy_held_bytes") == 0);
    }
}
