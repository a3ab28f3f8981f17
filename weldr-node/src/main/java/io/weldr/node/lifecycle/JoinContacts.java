package io.weldr.node.lifecycle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weldr.core.pool.HostPort;
import io.weldr.node.config.NodeConfig.Join;
import io.weldr.raft.RaftSettings.Contacts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Asks a member's HTTP API who the members are, so that an empty node can find its cluster. Blocks for {@link #TIMEOUT} at most. */
final class JoinContacts implements Contacts {
    /** It asks the members in turn, which takes a second if one is silent. */
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Join join;

    JoinContacts(Join join) {
        this.join = join;
    }

    @Override
    public Collection<HostPort> raftAddresses() throws IOException {
        HostPort admin = join.admin();
        if (admin == null) {
            return List.of();
        }
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + admin + "/v1/cluster/members"))
                .timeout(TIMEOUT)
                .build();
        // One of its own each time: it is needed until the node has found its cluster, and then never again.
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(TIMEOUT)
                .build();
        HttpResponse<String> response;
        try {
            response = client.send(request, BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (IOException e) {
            throw new IOException(
                    "an answer of the member to join, at " + admin + ": "
                            + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
                    e);
        }
        if (response.statusCode() != 200) {
            throw new IOException("a list of members from " + admin + ", which answers " + response.statusCode());
        }
        List<HostPort> addresses = new ArrayList<>();
        try {
            for (JsonNode member : JSON.readTree(response.body()).path("members")) {
                String raft = member.path("addresses").path("raft").asText("");
                if (!raft.isEmpty()) {
                    addresses.add(HostPort.parse(raft));
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException("a list of members from " + admin + ", whose answer makes no sense", e);
        }
        if (addresses.isEmpty()) {
            throw new IOException("members that " + admin + " knows: it names none yet");
        }
        return addresses;
    }
}
