package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.pool.WhenAllDown;
import io.weldr.proxy.edit.Forwarding;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProxySettingsTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @Test
    void defaultsArePinned() {
        ProxySettings settings = ProxySettings.builder().address(ANY_PORT).build();
        assertThat(settings.addresses()).containsExactly(ANY_PORT);
        assertThat(settings.workers()).isZero();
        assertThat(settings.transport()).isEqualTo(Transport.AUTO);
        assertThat(settings.limits()).isEqualTo(ProxyLimits.DEFAULTS);
        assertThat(settings.viaName()).isEqualTo("weldr");
        assertThat(settings.trustedNetworks()).isEmpty();
        assertThat(settings.listenerAllow()).hasToString("1024-65535");
        assertThat(settings.drainTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.forwarding()).isEqualTo(Forwarding.X_FORWARDED);
        assertThat(settings.traceAllowed()).isFalse();
        assertThat(settings.whenAllDown()).isEqualTo(WhenAllDown.ANSWER_503);
        assertThat(settings.trust()).isNull();
        assertThat(settings.accessLog()).isNull();
    }

    @Test
    void settingsThatCannotBeUsedAreRefusedByName() {
        ProxySettings.Builder nowhere = ProxySettings.builder();
        assertThatThrownBy(nowhere::build).hasMessage("addresses: none (expected: at least one to listen on)");
        assertThatThrownBy(() -> somewhere().workers(1025).build()).hasMessage("workers: 1025 (expected: 0 to 1024)");
        assertThatThrownBy(() -> somewhere().viaName("two words").build())
                .hasMessage("viaName: two words (expected: a token of up to 64 characters)");
        assertThatThrownBy(
                        () -> somewhere().trustedPeers(List.of("10.0.0.0/33")).build())
                .hasMessageContaining("10.0.0.0/33");
    }

    private static ProxySettings.Builder somewhere() {
        return ProxySettings.builder().address(ANY_PORT);
    }
}
