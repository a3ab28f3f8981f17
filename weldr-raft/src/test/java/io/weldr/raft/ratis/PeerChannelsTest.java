package io.weldr.raft.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.junit.jupiter.api.Test;

/**
 * A new version of Ratis that keeps its channels elsewhere would only make a node that was cut off slower to return.
 * This tells.
 */
class PeerChannelsTest {
    @Test
    void ratisKeepsItsChannelsWhereTheyAreLookedFor() throws Exception {
        Class<?> client = Class.forName("org.apache.ratis.grpc.server.GrpcServerProtocolClient");
        for (Field field : PeerChannels.fields(client)) {
            assertThat(field.getType()).isEqualTo(ManagedChannel.class);
        }
    }
}
