package io.weldr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import io.weldr.proto.resource.v1.Certificate;
import io.weldr.proto.resource.v1.Listener;
import io.weldr.proto.resource.v1.Pool;
import io.weldr.proto.resource.v1.Route;
import io.weldr.wire.json.ResourceJson;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DisclosedTest {
    /** Each text of the message is the path of its field: what is shown of it is known by that. */
    private static Message filled(Message.Builder message, String path, int depth) {
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            String name = path + field.getJsonName();
            if (field.isMapField()) {
                Message.Builder entry = message.newBuilderForField(field);
                entry.setField(entry.getDescriptorForType().findFieldByNumber(1), "path"); // the name of a header field
                entry.setField(entry.getDescriptorForType().findFieldByNumber(2), name + ".value");
                message.addRepeatedField(field, entry.build());
            } else if (field.getJavaType() == JavaType.STRING) {
                if (field.isRepeated()) {
                    message.addRepeatedField(field, name);
                } else {
                    message.setField(field, name);
                }
            } else if (field.getJavaType() == JavaType.MESSAGE
                    && depth < 5
                    && !field.getMessageType().getFullName().startsWith("google.")) {
                Message value = filled(message.newBuilderForField(field), name + ".", depth + 1);
                if (field.isRepeated()) {
                    message.addRepeatedField(field, value);
                } else {
                    message.setField(field, value);
                }
            }
        }
        return message.build();
    }

    private static String shown(Message.Builder message) {
        return Json.indented(Disclosed.of(ResourceJson.tree(filled(message, "#", 0))));
    }

    @Test
    void whatMayBeSecretOfARouteIsLeftOut() {
        assertThat(shown(Route.newBuilder()))
                .contains("#name\"", "#hosts\"", "#matches.path.value\"", "#requestHeaders.set.name\"")
                .contains("#redirect.host\"", "#rewrite.path.value\"", "#pools.pool\"")
                .doesNotContain(
                        "#requestHeaders.set.value",
                        "#requestHeaders.add.value",
                        "#responseHeaders.set.value",
                        "#matches.headers.value",
                        "#matches.query.value",
                        "#fixedResponse.body",
                        "#tests");
    }

    @Test
    void whatMayBeSecretOfThePoolsListenersAndCertificatesIsLeftOut() {
        assertThat(shown(Pool.newBuilder()))
                .contains("#name\"", "#health.path\"", "#tls.serverName\"")
                .doesNotContain("#health.headers", "#health.contains", "#tls.authorities");
        assertThat(shown(Listener.newBuilder()))
                .contains("#address\"", "#tls.certificates\"")
                .doesNotContain("#errorPages.body", "#tls.clientAuthorities");
        assertThat(shown(Certificate.newBuilder()))
                .contains("#acme.hosts\"", "#acme.directory\"")
                .doesNotContain("#privateKey", "#chain", "#acme.email", "#acme.externalAccount");
    }

    @Test
    void aMemberThatNobodyHasDecidedAboutIsLeftOut() {
        Map<String, Object> shown = Disclosed.of(Map.of(
                "invented",
                "a",
                "name",
                "b",
                "health",
                Map.of("path", "/health?key=c"),
                "tls",
                List.of(Map.of("x", "d"))));
        assertThat(shown)
                .containsEntry("invented", Disclosed.LEFT_OUT)
                .containsEntry("name", "b")
                .containsEntry("health", Map.of("path", "/health?" + Disclosed.LEFT_OUT))
                .containsEntry("tls", List.of(Map.of("x", Disclosed.LEFT_OUT)));
    }
}
