package io.weldr.api.listen;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // of closing, which an embedded channel has done by then
class ConnectionsTest {
    private static final int MAX = 16;
    private static final int STRANGERS_MAX = 4;

    private final Connections connections = new Connections("an API", MAX, () -> 7);
    private int ports;

    /** A connection from a port of its own. */
    private final class Client extends EmbeddedChannel {
        private final InetSocketAddress from = InetSocketAddress.createUnresolved("client", ++ports);

        @Override
        public SocketAddress remoteAddress() {
            return from;
        }
    }

    private List<Client> come(int count, boolean guarded) {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Client client = new Client();
            clients.add(client);
            assertThat(connections.came(client, guarded)).isTrue();
        }
        return clients;
    }

    @Test
    void whereNobodyNeedsACredentialTheLastOnesGetNoRoom() {
        List<Client> clients = come(MAX, false);
        assertThat(connections.came(new Client(), false)).isFalse();
        assertThat(clients).allMatch(EmbeddedChannel::isOpen);
        clients.get(3).close();
        assertThat(connections.open()).isEqualTo(MAX - 1);
        come(1, false);
        assertThat(connections.came(new Client(), false)).isFalse();
    }

    @Test
    void theFirstStrangerEndsWhenThereAreTooMany() {
        List<Client> known = come(2, true);
        known.forEach(client -> connections.letIn(client.from));
        List<Client> strangers = come(STRANGERS_MAX + 3, true);
        assertThat(strangers.subList(0, 3)).noneMatch(EmbeddedChannel::isOpen);
        assertThat(strangers.subList(3, strangers.size())).allMatch(EmbeddedChannel::isOpen);
        assertThat(known).allMatch(EmbeddedChannel::isOpen);
        assertThat(connections.strangers()).isEqualTo(STRANGERS_MAX);
        assertThat(connections.open()).isEqualTo(2 + STRANGERS_MAX);
        connections.letIn(strangers.get(3).from); // just in time
        come(1, true);
        assertThat(strangers).filteredOn(EmbeddedChannel::isOpen).hasSize(STRANGERS_MAX);
    }

    @Test
    void strangersMakeRoomForOthersAndNobodyElseDoes() {
        List<Client> known = new ArrayList<>();
        while (known.size() < MAX - 1) {
            known.addAll(come(1, true));
            connections.letIn(known.get(known.size() - 1).from);
        }
        Client stranger = come(1, true).get(0);
        Client late = come(1, true).get(0);
        assertThat(stranger.isOpen()).isFalse();
        connections.letIn(late.from);
        assertThat(connections.came(new Client(), true)).isFalse();
        assertThat(known).allMatch(EmbeddedChannel::isOpen);
        assertThat(late.isOpen()).isTrue();
        assertThat(connections.open()).isEqualTo(MAX);
    }

    /** A client may come again from the port that it had before. */
    @Test
    void whatIsGoneIsForgotten() {
        List<Client> strangers = come(STRANGERS_MAX, true);
        strangers.forEach(EmbeddedChannel::close);
        assertThat(connections.strangers()).isZero();
        assertThat(connections.open()).isZero();
        connections.letIn(strangers.get(0).from);
        connections.letIn(null);
        assertThat(connections.open()).isZero();
    }
}
