package io.weldr.it.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.weldr.it.distribution.Script.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The chart, rendered by the engine and the functions of Helm as Debian packages them, and read as Kubernetes reads it.
 * No Helm and no Kubernetes runs.
 */
final class HelmChart {
    static final Path FOLDER = Path.of("../deploy/helm/weldr").toAbsolutePath().normalize();

    private static final Path RENDERER = Path.of("src/test/helm").toAbsolutePath();
    private static final Path GO_LIBRARIES = Path.of("/usr/share/gocode");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** By their kinds. They refuse unknown fields, values of another type, and the lack of a field. */
    private static final Map<String, Model> MODELS = Map.of(
            "ConfigMap", V1ConfigMap::fromJson,
            "NetworkPolicy", V1NetworkPolicy::fromJson,
            "PodDisruptionBudget", V1PodDisruptionBudget::fromJson,
            "Secret", V1Secret::fromJson,
            "Service", V1Service::fromJson,
            "StatefulSet", V1StatefulSet::fromJson);

    private final Path program;

    @FunctionalInterface
    private interface Model {
        Object read(String json) throws IOException;
    }

    /** A release as the chart makes it: its resources by {@code Kind/name}, and the text for the user. */
    record Release(Map<String, JsonNode> resources, String notes) {
        JsonNode the(String resource) {
            JsonNode found = resources.get(resource);
            if (found == null) {
                throw new AssertionError("no " + resource + " among " + resources.keySet());
            }
            return found;
        }
    }

    /** What the chart or its schema refuses. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String why) {
            super(why);
        }
    }

    private HelmChart(Path program) {
        this.program = program;
    }

    /** Builds the program that renders. Where Go or its libraries are missing, the test is skipped. */
    static HelmChart open(Path folder) throws Exception {
        Built.needProgram("go");
        for (String library : List.of("github.com/Masterminds/sprig", "sigs.k8s.io/yaml")) {
            Built.need(
                    Files.isDirectory(GO_LIBRARIES.resolve("src").resolve(library)),
                    "Go's library " + library + " is not installed (golang-github-masterminds-sprig-dev and"
                            + " golang-k8s-sigs-yaml-dev of Debian)");
        }
        Path program = folder.resolve("render");
        Ended built = Script.run(
                List.of(
                        "go",
                        "build",
                        "-o",
                        program.toString(),
                        RENDERER.resolve("render.go").toString()),
                Map.of(
                        "GO111MODULE",
                        "off",
                        "GOFLAGS",
                        "",
                        "GOPATH",
                        GO_LIBRARIES.toString(),
                        "GOCACHE",
                        Built.FOLDER.resolve("go-cache").toString()));
        if (built.exit() != 0) {
            throw new AssertionError(built);
        }
        return new HelmChart(program);
    }

    /** A first installation with these values, a YAML document. */
    Release install(String values) throws Exception {
        return install("edge", values);
    }

    /** The same for a release with that name. */
    Release install(String release, String values) throws Exception {
        return render(release, values, false, Map.of());
    }

    /** An upgrade in a cluster that has these resources, by {@code Kind/namespace/name}. */
    Release upgrade(String values, Map<String, JsonNode> there) throws Exception {
        return render("edge", values, true, there);
    }

    private Release render(String release, String values, boolean upgrade, Map<String, JsonNode> there)
            throws Exception {
        ObjectNode input = JSON.createObjectNode();
        input.putObject("release").put("name", release).put("namespace", "prod").put("upgrade", upgrade);
        JsonNode given = values.isBlank()
                ? JSON.createObjectNode()
                : Manifests.documents(values).get(0);
        input.set("values", given);
        input.set("there", JSON.valueToTree(there));
        Path file = Files.createTempFile(program.getParent(), "input", ".json");
        Files.write(file, JSON.writeValueAsBytes(input));
        Ended ended = Script.run(
                List.of(
                        "sh",
                        "-c",
                        "exec \"$@\" < '" + file + "'",
                        "sh",
                        program.toString(),
                        RENDERER.resolve("functions.txt").toString(),
                        FOLDER.toString()),
                Map.of());
        if (ended.exit() != 0) {
            throw new AssertionError(ended);
        }
        JsonNode output = JSON.readTree(ended.out());
        checkSchema(output.path("values"));
        if (output.has("error")) {
            throw new RefusedException(output.path("error").asText());
        }
        JsonNode rendered = output.path("texts");
        Map<String, JsonNode> resources = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> template : rendered.properties()) {
            if (template.getKey().endsWith(".yaml")) {
                for (JsonNode resource : Manifests.documents(template.getValue().asText())) {
                    String kind = resource.path("kind").asText();
                    readAsKubernetesDoes(template.getKey(), kind, resource);
                    String name =
                            kind + "/" + resource.path("metadata").path("name").asText();
                    if (resources.put(name, resource) != null) {
                        throw new AssertionError(name + " twice");
                    }
                }
            }
        }
        return new Release(resources, rendered.path("NOTES.txt").asText());
    }

    private static void readAsKubernetesDoes(String template, String kind, JsonNode resource) {
        Model model = MODELS.get(kind);
        if (model == null && !kind.equals("ServiceMonitor")) { // the operator's, of which there is no model here
            throw new AssertionError(template + " has the kind \"" + kind + "\"");
        }
        try {
            if (model != null) {
                model.read(resource.toString());
            }
        } catch (IOException | RuntimeException e) {
            throw new AssertionError(template + " makes a " + kind + " that Kubernetes refuses: " + e.getMessage(), e);
        }
    }

    /** Helm looks at the values after it has merged them. */
    private static void checkSchema(JsonNode values) throws IOException, RefusedException {
        JsonSchema schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
                .getSchema(Files.readString(FOLDER.resolve("values.schema.json"), UTF_8));
        List<String> faults = schema.validate(values).stream()
                .map(ValidationMessage::getMessage)
                .toList();
        if (!faults.isEmpty()) {
            throw new RefusedException(String.join("; ", faults));
        }
    }
}
