package io.weldr.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DebianPackageTest {
    @Test
    void aPreReleaseIsOlderThanItsRelease() {
        assertThat(DebianPackage.debian("1.2.3")).isEqualTo("1.2.3");
        assertThat(DebianPackage.debian("0.1.0-SNAPSHOT")).isEqualTo("0.1.0~SNAPSHOT");
        assertThat(DebianPackage.debian("1.0.0-rc-1")).isEqualTo("1.0.0~rc.1");
    }
}
