package io.weldr.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class ListeningSocketsTest {

    @Test
    void addressesAreReadAsTheKernelWritesThem() throws Exception {
        assumeThat(ByteOrder.nativeOrder()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(ListeningSockets.address("0100007F").getHostAddress()).isEqualTo("127.0.0.1");
        assertThat(ListeningSockets.address("00000000000000000000000001000000").getHostAddress())
                .isEqualTo("0:0:0:0:0:0:0:1");
        assertThat(ListeningSockets.address("0000000000000000FFFF00000100007F").getHostAddress())
                .isEqualTo("127.0.0.1");
        assertThat(ListeningSockets.address("00000000000000000000000000000000").isAnyLocalAddress())
                .isTrue();
    }
}
