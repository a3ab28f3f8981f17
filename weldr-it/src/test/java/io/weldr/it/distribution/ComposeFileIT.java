package io.weldr.it.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.it.distribution.Script.Ended;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code deploy/compose.yaml}: what its services are told is what the programs take. No engine runs. */
class ComposeFileIT {
    private static final Path FILE = Path.of("../deploy/compose.yaml");
    private static final List<String> NODES = List.of("n1", "n2", "n3");

    @TempDir
    private Path folder;

    private JsonNode compose;

    @BeforeEach
    void read() throws Exception {
        compose = Manifests.documents(Files.readString(FILE)).get(0);
    }

    @Test
    void theNodesHaveWhatTheirClusterNeeds() throws Exception {
        // The one-shot service: as it is called, into the volume that the nodes read.
        JsonNode secret = service("secret");
        List<String> call = Manifests.list(secret.path("command"));
        assertThat(call).hasSize(2);
        Path made = folder.resolve("secret");
        for (String again : List.of("made a", "unchanged")) {
            Ended ended = Script.run(List.of(bin("weldr"), call.get(0), made.toString()), Map.of());
            assertThat(ended.exit()).as("%s", ended).isZero();
            assertThat(ended.out()).contains(again);
        }
        Map<String, String> volume = volumes(secret);
        assertThat(volume).containsOnlyKeys("secret");
        assertThat(Path.of(call.get(1)).getParent())
                .as("where the image has a folder of its user, whose owner the volume gets")
                .hasToString(volume.get("secret"))
                .hasToString("/var/lib/weldr");

        for (String name : NODES) {
            JsonNode node = service(name);
            Map<String, String> volumes = volumes(node);
            Map<String, String> environment = Manifests.texts(node.path("environment"));
            assertThat(volumes).containsOnlyKeys(name, "secret");
            assertThat(volumes.get(name)).isEqualTo("/var/lib/weldr");
            assertThat(environment.put("WELDR_SECRET_FILE", made.toString()))
                    .isEqualTo(volumes.get("secret") + "/secret");
            assertThat(environment).containsEntry("WELDR_ID", name).containsEntry("WELDR_ADVERTISE_HOST", name);
            Ended checked = Built.check(List.of(), environment);
            assertThat(checked.exit()).as("%s", checked).isZero();
            assertThat(checked.err()).isEmpty();
            assertThat(checked.out())
                    .contains("node      " + name)
                    .contains("n1=n1:9687, n2=n2:9687, n3=n3:9687")
                    .contains("admin     http 127.0.0.1:8687, grpc 127.0.0.1:8787");
            assertThat(node.at("/depends_on/secret/condition").asText()).isEqualTo("service_completed_successfully");
            assertThat(node.path("stop_grace_period").asText()).isEqualTo("45s");
            assertThat(node.path("healthcheck").isMissingNode())
                    .as("that of the image")
                    .isTrue();
            assertThat(node.path("mem_limit").asText()).isNotEmpty();
            assertThat(Manifests.list(node.path("ports")))
                    .singleElement()
                    .asString()
                    .endsWith(":8080");
        }
        assertThat(compose.path("volumes").properties()).hasSize(NODES.size() + 1);
    }

    @Test
    void everyServiceHasNoMoreRightsThanItNeeds() {
        for (Map.Entry<String, JsonNode> service : compose.path("services").properties()) {
            JsonNode each = service.getValue();
            assertThat(each.path("read_only").asBoolean()).as(service.getKey()).isTrue();
            assertThat(Manifests.list(each.path("cap_drop"))).containsExactly("ALL");
            assertThat(Manifests.list(each.path("security_opt"))).containsExactly("no-new-privileges:true");
            assertThat(each.path("privileged").isMissingNode()).isTrue();
            assertThat(each.path("user").isMissingNode())
                    .as("the user of the image")
                    .isTrue();
            for (String port : Manifests.list(each.path("ports"))) {
                assertThat(port)
                        .as("published on loopback, unless somebody says otherwise")
                        .startsWith("${PUBLISH_ADDRESS:-127.0.0.1}:");
            }
        }
    }

    @Test
    void theOriginsStartOnDemandAlone() throws Exception {
        for (String name : List.of("origin-a", "origin-b")) {
            JsonNode origin = service(name);
            assertThat(Manifests.list(origin.path("profiles"))).containsExactly("try");
            assertThat(Manifests.list(origin.path("entrypoint"))).last().isEqualTo("@/weldr-testserver");
            List<String> command = new ArrayList<>(List.of(bin("weldr-testserver")));
            command.addAll(Manifests.list(origin.path("command")));
            command.add("--help");
            Ended help = Script.run(command, Map.of());
            assertThat(help.exit()).as("%s", help).isZero();
        }
    }

    private JsonNode service(String name) {
        JsonNode service = compose.path("services").path(name);
        assertThat(service.isObject()).as(name).isTrue();
        return service;
    }

    private static String bin(String program) {
        return Built.FOLDER.resolve("weldr/bin").resolve(program).toString();
    }

    /** Where each volume is in a service. */
    private static Map<String, String> volumes(JsonNode service) {
        Map<String, String> volumes = new HashMap<>();
        for (String volume : Manifests.list(service.path("volumes"))) {
            String[] parts = volume.split(":", -1);
            volumes.put(parts[0], parts[1]);
        }
        return volumes;
    }
}
