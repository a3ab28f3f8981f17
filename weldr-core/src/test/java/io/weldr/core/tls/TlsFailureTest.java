package io.weldr.core.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Stories with real certificates are told where handshakes are: in the proxy and in the probes. */
class TlsFailureTest {

    private static Throwable handshake(Throwable cause) {
        return new SSLHandshakeException("handshake failed").initCause(cause);
    }

    private static CertificateException invalid(Exception why) {
        return new CertificateException("PKIX path validation failed", why);
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(handshake(invalid(new CertificateExpiredException())), TlsCause.CERTIFICATE_EXPIRED),
                Arguments.of(
                        handshake(invalid(new CertificateNotYetValidException())), TlsCause.CERTIFICATE_NOT_YET_VALID),
                Arguments.of(handshake(invalid(new CertPathBuilderException("no path"))), TlsCause.UNKNOWN_AUTHORITY),
                Arguments.of(
                        handshake(
                                new CertificateException("No subject alternative DNS name matching b.example found.")),
                        TlsCause.NAME_MISMATCH),
                Arguments.of(handshake(new CertificateException("revoked")), TlsCause.OTHER),
                Arguments.of(new SSLException("not an SSL/TLS record: 485454502f312e31"), TlsCause.PROTOCOL),
                Arguments.of(new SSLHandshakeException("Received fatal alert: protocol_version"), TlsCause.PROTOCOL),
                Arguments.of(
                        new SSLHandshakeException("Connection closed while SSL/TLS handshake was in progress"),
                        TlsCause.OTHER),
                Arguments.of(new IOException("Connection reset by peer"), TlsCause.OTHER));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void everyFailureHasACause(Throwable thrown, TlsCause cause) {
        assertThat(TlsFailure.of(thrown).cause()).isEqualTo(cause);
    }

    @Test
    void aConnectionThatWasClosedIsToldAsSuch() {
        String closed = "connection closed during the handshake";
        assertThat(TlsFailure.of(new ClosedChannelException()).text()).isEqualTo(closed);
        assertThat(TlsFailure.of(new SSLHandshakeException("Connection closed while SSL/TLS handshake was in progress"))
                        .text())
                .isEqualTo(closed);
    }

    @Test
    void theTextIsOneLineOfLimitedLengthAlsoIfAnOriginChoosesIt() {
        String chosen = "first\r\n2026-01-01 ERROR second\u0000" + "x".repeat(10_000);
        assertThat(TlsFailure.of(new SSLException(chosen)).text())
                .startsWith("first  2026-01-01 ERROR second x")
                .hasSizeLessThan(200);
        assertThat(TlsFailure.of(new SSLException((String) null)).text()).isEqualTo("SSLException");
    }

    @Test
    void causesThatGoInCirclesEnd() {
        Exception one = new IOException("one");
        Exception other = new IOException("other", one);
        one.initCause(other);
        assertThat(TlsFailure.of(one).cause()).isEqualTo(TlsCause.OTHER);
    }

    @Test
    void labelsAreThoseOfTheReference() {
        assertThat(Stream.of(TlsCause.values()).map(TlsCause::label))
                .containsExactly(
                        "certificate_expired",
                        "certificate_not_yet_valid",
                        "name_mismatch",
                        "unknown_authority",
                        "protocol",
                        "timeout",
                        "other");
    }
}
