package io.weldr.raft.peer;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.ratis.util.function.CheckedFunction;
import org.junit.jupiter.api.Test;

class PeerRpcTest {
    /** A node that speaks with TLS and without it would not start. */
    @Test
    void ratisKeepsWhatMakesItsConnectionsWhereItIsLookedFor() throws NoSuchFieldException {
        assertThat(PeerRpc.creator().getType()).isEqualTo(CheckedFunction.class);
    }
}
