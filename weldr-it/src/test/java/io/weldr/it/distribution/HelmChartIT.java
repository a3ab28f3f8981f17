package io.weldr.it.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weldr.it.distribution.HelmChart.RefusedException;
import io.weldr.it.distribution.HelmChart.Release;
import io.weldr.it.distribution.Script.Ended;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Helm chart: what it renders is what Kubernetes takes, fits together, and configures nodes that start. */
class HelmChartIT {
    /** The user of the image. */
    private static final int USER = 65532;

    private static final String NAME = "edge-weldr";
    private static final String STATEFUL_SET = "StatefulSet/" + NAME;

    @TempDir
    private static Path built;

    private static HelmChart chart;

    @TempDir
    private Path folder;

    @BeforeAll
    static void build() throws Exception {
        chart = HelmChart.open(built);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{replicas: 5}",
                "{replicas: 1, podDisruptionBudget: {enabled: false}, networkPolicy: {enabled: false}}",
                "{secret: {existing: ours, key: weldr.hex}, clusterDomain: k8s.example}",
                "{service: {type: LoadBalancer, externalTrafficPolicy: Local, loadBalancerClass: x/y,"
                        + " loadBalancerSourceRanges: [10.0.0.0/8], annotations: {a: b}, ports: [{name: http, port: 80,"
                        + " targetPort: 8080}, {name: https, port: 443, targetPort: 8443, nodePort: 30443}]},"
                        + " networkPolicy: {clientsFrom: [{ipBlock: {cidr: 10.0.0.0/8}}]}}",
                "{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms:"
                        + " [{matchExpressions: [{key: edge, operator: Exists}]}]}}}, nodeSelector: {disk: ssd},"
                        + " tolerations: [{key: edge, operator: Exists, effect: NoSchedule}], spread:"
                        + " {whenUnsatisfiable: DoNotSchedule}, priorityClassName: system-cluster-critical}",
                "{config: {access-log: '-', trusted-peers: 10.0.0.0/8, limits: {connect-timeout: 500ms}, raft:"
                        + " {snapshot-entries: 50000}}, stop: {drainSeconds: 90, endpointsSeconds: 15}, listenHost:"
                        + " '[::]', status: {port: 9999}, javaOptions: '-Xmx1g -Xlog:\"gc\"'}",
                "{serviceMonitor: {enabled: true, labels: {release: prometheus}}, networkPolicy: {statusFrom:"
                        + " [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]}, persistence:"
                        + " {size: 10Gi, storageClass: fast, annotations: {backup: 'yes'}}, podLabels: {team: edge},"
                        + " podAnnotations: {note: 'a: b'}, image: {repository: registry.example/weldr, digest:"
                        + " 'sha256:0123456789012345678901234567890123456789012345678901234567890123', pullSecrets: [reg]}}",
            })
    void whatIsRenderedFitsTogether(String values) throws Exception {
        Release release = chart.install(values);
        JsonNode set = release.the(STATEFUL_SET).path("spec");
        JsonNode pod = set.path("template").path("spec");
        JsonNode container = pod.path("containers").path(0);

        selectorsMatch(release, set);
        portsMatch(release, container);
        eachPodHasAConfigurationThatWeldrTakes(release, set, container, volumes(pod));
        isRestricted(pod, container);

        long drain = seconds(settings(release).path("drain-timeout").asText());
        long pause = container.at("/lifecycle/preStop/sleep/seconds").asLong();
        assertThat(pause).isPositive();
        assertThat(pod.path("terminationGracePeriodSeconds").asLong())
                .as("the pause, the drain timeout and 20 s")
                .isEqualTo(pause + drain + 20);
        assertThat(set.path("podManagementPolicy").asText())
                .as("a cluster forms when all members answer")
                .isEqualTo("Parallel");
        assertThat(release.notes()).contains(NAME + "-0").contains("@/weldrctl");
    }

    private static void selectorsMatch(Release release, JsonNode set) {
        Map<String, String> labels = Manifests.texts(set.at("/template/metadata/labels"));
        List<String> selecting = new ArrayList<>(List.of(STATEFUL_SET + "#/spec/selector/matchLabels"));
        selecting.add("Service/" + NAME + "#/spec/selector");
        selecting.add("Service/" + NAME + "-members#/spec/selector");
        for (String optional : List.of("PodDisruptionBudget#/spec/selector", "NetworkPolicy#/spec/podSelector")) {
            String resource = optional.replace("#", "/" + NAME + "#");
            if (release.resources().containsKey(resource.substring(0, resource.indexOf('#')))) {
                selecting.add(resource + "/matchLabels");
            }
        }
        for (String each : selecting) {
            String[] parts = each.split("#", -1);
            Map<String, String> selector = Manifests.texts(release.the(parts[0]).at(parts[1]));
            assertThat(selector).as(each).isNotEmpty();
            assertThat(labels).as(each).containsAllEntriesOf(selector);
        }
        for (JsonNode spread : set.at("/template/spec/topologySpreadConstraints")) {
            assertThat(labels).containsAllEntriesOf(Manifests.texts(spread.at("/labelSelector/matchLabels")));
        }
        JsonNode monitor = release.resources().get("ServiceMonitor/" + NAME);
        if (monitor != null) {
            JsonNode members = release.the("Service/" + NAME + "-members");
            assertThat(Manifests.texts(members.at("/metadata/labels")))
                    .containsAllEntriesOf(Manifests.texts(monitor.at("/spec/selector/matchLabels")));
            assertThat(Manifests.texts(release.the("Service/" + NAME).at("/metadata/labels"))
                            .entrySet())
                    .as("one of the services, or everything is counted twice")
                    .doesNotContainSequence(Manifests.texts(monitor.at("/spec/selector/matchLabels"))
                            .entrySet());
            assertThat(members.at("/spec/ports").findValuesAsText("name"))
                    .contains(monitor.at("/spec/endpoints/0/port").asText());
        }
    }

    private static void portsMatch(Release release, JsonNode container) throws Exception {
        Set<String> open = new HashSet<>();
        for (JsonNode port : container.path("ports")) {
            assertThat(open.add(port.path("name").asText())).isTrue();
            assertThat(open.add(port.path("containerPort").asText())).isTrue();
        }
        for (String service : List.of(NAME, NAME + "-members")) {
            for (JsonNode port : release.the("Service/" + service).at("/spec/ports")) {
                assertThat(open).contains(port.path("targetPort").asText());
            }
        }
        JsonNode policy = release.resources().get("NetworkPolicy/" + NAME);
        if (policy != null) {
            for (JsonNode rule : policy.at("/spec/ingress")) {
                for (JsonNode port : rule.path("ports")) {
                    assertThat(open).contains(port.path("port").asText());
                    boolean forClients = port.path("port").isInt();
                    assertThat(forClients || rule.path("from").size() > 0)
                            .as("not everybody may reach %s", port)
                            .isTrue();
                    if (port.path("port").asText().equals("raft")) {
                        assertThat(rule.path("from")).as("members alone").hasSize(1);
                        assertThat(rule.at("/from/0/podSelector")).isEqualTo(policy.at("/spec/podSelector"));
                        assertThat(rule.path("from").path(0)).hasSize(1);
                    }
                }
            }
        }
        for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
            assertThat(container.path(probe).at("/httpGet/port").asText()).isEqualTo("status");
        }
        JsonNode settings = settings(release);
        assertThat(open)
                .contains(
                        port(settings.path("proxy-address")),
                        port(settings.path("raft-address")),
                        port(settings.path("status-address")));
        JsonNode members = release.the("Service/" + NAME + "-members").path("spec");
        assertThat(members.path("clusterIP").asText()).isEqualTo("None");
        assertThat(members.path("publishNotReadyAddresses").asBoolean())
                .as("members need each other before they are ready")
                .isTrue();
    }

    private void eachPodHasAConfigurationThatWeldrTakes(
            Release release, JsonNode set, JsonNode container, JsonNode volumes) throws Exception {
        JsonNode settings = settings(release);
        String domain = set.path("serviceName").asText() + ".prod.svc."
                + (settings.toString().contains("k8s.example") ? "k8s.example" : "cluster.local");
        release.the("Service/" + set.path("serviceName").asText());
        JsonNode peers = settings.path("peers");
        assertThat(peers).hasSize(set.path("replicas").asInt());

        // Where the files are that the configuration names.
        Map<String, String> mounts = new HashMap<>();
        container
                .path("volumeMounts")
                .forEach(each -> mounts.put(
                        each.path("name").asText(), each.path("mountPath").asText()));
        assertThat(container.at("/args/0").asText()).isEqualTo("--config");
        assertThat(container.at("/args/1").asText()).isEqualTo(mounts.get("config") + "/weldr.yaml");
        assertThat(volumes.path("config").at("/configMap/name").asText()).isEqualTo(NAME);
        JsonNode secret = volumes.path("secret").path("secret");
        assertThat(settings.path("secret-file").asText())
                .isEqualTo(
                        mounts.get("secret") + "/" + secret.at("/items/0/path").asText());
        assertThat(secret.path("defaultMode").asInt())
                .as("readable by the group of the pod, and by nobody else")
                .isEqualTo(0440);
        assertThat(settings.path("data-dir").asText()).startsWith(mounts.get("data") + "/");
        assertThat(set.at("/volumeClaimTemplates/0/metadata/name").asText()).isEqualTo("data");

        Path secretFile = folder.resolve("secret");
        Files.writeString(secretFile, secretOf(release, secret));
        Files.setPosixFilePermissions(secretFile, PosixFilePermissions.fromString("rw-------"));
        Path config = Files.writeString(folder.resolve("weldr.yaml"), weldrYaml(release));
        for (int i = 0; i < peers.size(); i++) {
            String pod = NAME + "-" + i;
            assertThat(peers.path(pod).asText()).isEqualTo(pod + "." + domain + ":9687");
            assertThat(container.at("/env/0/name").asText()).isEqualTo("WELDR_ID");
            assertThat(container.at("/env/0/valueFrom/fieldRef/fieldPath").asText())
                    .isEqualTo("metadata.name");
            assertThat(container.at("/env/1/name").asText()).isEqualTo("WELDR_ADVERTISE_HOST");
            String host = container.at("/env/1/value").asText().replace("$(WELDR_ID)", pod);
            assertThat(peers.path(pod).asText()).as("where others reach it").isEqualTo(host + ":9687");
            if (i < peers.size() - 1) {
                continue; // weldr itself is asked once: the pods differ in nothing else
            }
            Ended checked = Built.check(
                    List.of("--config", config.toString(), "--secret-file", secretFile.toString()),
                    Map.of("WELDR_ID", pod, "WELDR_ADVERTISE_HOST", host));
            assertThat(checked.exit()).as("%s", checked).isZero();
            assertThat(checked.err()).isEmpty();
            assertThat(checked.out()).contains("node      " + pod).endsWith("ok\n");
        }
        Ended stranger = Built.check(
                List.of("--config", config.toString(), "--secret-file", secretFile.toString()),
                Map.of("WELDR_ID", NAME + "-" + peers.size(), "WELDR_ADVERTISE_HOST", "x." + domain));
        assertThat(stranger.exit())
                .as("a pod more than the values say never forms a cluster")
                .isEqualTo(2);
    }

    private static String secretOf(Release release, JsonNode volume) {
        String name = volume.path("secretName").asText();
        String key = volume.at("/items/0/key").asText();
        if (name.equals("ours")) {
            assertThat(key).isEqualTo("weldr.hex");
            assertThat(release.resources().keySet()).noneMatch(each -> each.startsWith("Secret/"));
            return "c3".repeat(32);
        }
        JsonNode secret = release.the("Secret/" + name);
        assertThat(secret.at("/metadata/annotations")
                        .path("helm.sh/resource-policy")
                        .asText())
                .isEqualTo("keep");
        return new String(
                Base64.getDecoder().decode(secret.path("data").path(key).asText()), UTF_8);
    }

    private static void isRestricted(JsonNode pod, JsonNode container) {
        // https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
        assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(pod.at("/securityContext/runAsUser").asInt()).isEqualTo(USER);
        assertThat(pod.at("/securityContext/fsGroup").asInt()).isEqualTo(USER);
        assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
        assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true))
                .isFalse();
        assertThat(container.at("/securityContext/capabilities").toString()).isEqualTo("{\"drop\":[\"ALL\"]}");
        assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean())
                .isTrue();
        assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
        assertThat(pod.path("enableServiceLinks").asBoolean(true))
                .as("variables like WELDR_SERVICE_HOST")
                .isFalse();
        assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
    }

    @Test
    void theSecretIsMadeOnceAndKept() throws Exception {
        JsonNode first = chart.install("").the("Secret/" + NAME + "-secret");
        assertThat(chart.install("").the("Secret/" + NAME + "-secret").path("data"))
                .as("another installation")
                .isNotEqualTo(first.path("data"));
        String there = "Secret/prod/" + NAME + "-secret";
        assertThat(chart.upgrade("", Map.of(there, first))
                        .the("Secret/" + NAME + "-secret")
                        .path("data"))
                .isEqualTo(first.path("data"));
        assertThatThrownBy(() -> chart.upgrade("", Map.of()))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("the Secret \"" + NAME + "-secret\" is gone");
        assertThat(chart.upgrade("{secret: {existing: ours}}", Map.of()).resources())
                .containsKey(STATEFUL_SET);
    }

    @Test
    void aChangeOfSettingsRestartsThePodsAndAChangeOfTheirNumberDoesNot() throws Exception {
        assertThat(stamp("{replicas: 5}")).isEqualTo(stamp(""));
        assertThat(stamp("{config: {log-level: debug}}")).isNotEqualTo(stamp(""));
    }

    private static String stamp(String values) throws Exception {
        return chart.install(values)
                .the(STATEFUL_SET)
                .at("/spec/template/metadata/annotations")
                .path("weldr.io/settings")
                .asText();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{replica: 3}                                                        | replica",
                "{replicas: 0}                                                       | $.replicas",
                "{replicas: '3'}                                                     | $.replicas",
                "{config: {id: n1}}                                                  | $.config",
                "{config: {insecure: true}}                                          | $.config",
                "{config: {raft: {address: '0.0.0.0:1'}}}                            | $.config.raft.address",
                "{service: {type: ExternalName}}                                     | $.service.type",
                "{service: {ports: []}}                                              | $.service.ports",
                "{service: {ports: [{name: http, port: 80, targetPort: 80}]}}        | targetPort",
                "{service: {ports: [{name: raft, port: 80, targetPort: 8080}]}}      | ports[0].name",
                "{service: {ports: [{name: api, port: 80, targetPort: 8687}]}}       | is a port of weldr itself",
                "{image: {digest: 'sha256:1'}}                                       | $.image.digest",
                "{fullnameOverride: Weldr}                                           | $.fullnameOverride",
                "{fullnameOverride: a-name-that-is-longer-than-thirty}               | $.fullnameOverride",
                "{persistence: {accessModes: [ReadWriteMany]}}                       | $.persistence.accessModes",
                "{secret: {value: 0123}}                                             | value",
            })
    void valuesThatMakeNoSenseAreRefused(String values, String why) {
        assertThatThrownBy(() -> chart.install(values))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining(why);
    }

    @Test
    void aReleaseWhoseMembersWouldHaveTooLongNamesIsRefused() throws Exception {
        String longest = "x".repeat(24); // weldr- and a digit come behind it, and a name has 32 characters
        assertThat(chart.install(longest, "").resources()).containsKey("StatefulSet/" + longest + "-weldr");
        assertThatThrownBy(() -> chart.install(longest + "x", ""))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("has 31 characters (expected: at most 30; set fullnameOverride)");
        assertThat(chart.install(longest + "x", "{fullnameOverride: edge}").resources())
                .containsKey("StatefulSet/edge");
    }

    @Test
    void theChartIsOfThisVersion() throws Exception {
        JsonNode about = Manifests.documents(Files.readString(HelmChart.FOLDER.resolve("Chart.yaml")))
                .get(0);
        Ended version =
                Script.run(List.of(Built.FOLDER.resolve("weldr/bin/weldr").toString(), "--version"), Map.of());
        assertThat(version.out().strip().replace("-SNAPSHOT", ""))
                .isEqualTo("weldr " + about.path("appVersion").asText());
        assertThat(chart.install("")
                        .the(STATEFUL_SET)
                        .at("/spec/template/spec/containers/0/image")
                        .asText())
                .isEqualTo("weldr:" + about.path("appVersion").asText());
    }

    /** By their names. */
    private static JsonNode volumes(JsonNode pod) {
        ObjectNode volumes = JsonNodeFactory.instance.objectNode();
        pod.path("volumes").forEach(each -> volumes.set(each.path("name").asText(), each));
        return volumes;
    }

    private static String weldrYaml(Release release) {
        return release.the("ConfigMap/" + NAME).at("/data/weldr.yaml").asText();
    }

    private static JsonNode settings(Release release) {
        return Manifests.documents(weldrYaml(release)).get(0);
    }

    private static String port(JsonNode address) {
        return address.asText().replaceFirst(".*:", "");
    }

    private static long seconds(String time) {
        assertThat(time).endsWith("s");
        return Long.parseLong(time.substring(0, time.length() - 1));
    }
}
