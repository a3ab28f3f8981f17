package io.weldr.core.route;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.weldr.core.route.HeaderEdits.HeaderValue;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which fields a route may not edit. */
class HeaderRulesTest {
    private static HeaderEdits set(String name) {
        return new HeaderEdits(
                List.of(new HeaderValue("X-First", "1"), new HeaderValue(name, "1")), List.of(), List.of());
    }

    private static HeaderEdits add(String name) {
        return new HeaderEdits(List.of(), List.of(new HeaderValue(name, "1")), List.of());
    }

    private static HeaderEdits remove(String name) {
        return new HeaderEdits(List.of(), List.of(), List.of("x-first", name));
    }

    private static RouteFilters ofRequest(HeaderEdits edits) {
        return new RouteFilters(edits, HeaderEdits.NONE, null, null);
    }

    private static RouteFilters ofResponse(HeaderEdits edits) {
        return new RouteFilters(HeaderEdits.NONE, edits, null, null);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Upgrade", "HTTP2-Settings",
                "Transfer-Encoding", "Content-Length", "content_length", "Via", "X-Request-Id", "X_Request_Id", "Host",
                "Expect", "Max-Forwards"
            })
    void whatFramesAMessageOrBelongsToAConnectionIsNotEdited(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ofRequest(set(name)))
                .withMessageStartingWith("requestHeaders.set[1].name: \"" + name + "\" (expected: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ofRequest(add(name)))
                .withMessageStartingWith("requestHeaders.add[0].name: \"" + name + "\" (expected: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ofRequest(remove(name)))
                .withMessageStartingWith("requestHeaders.remove[1]: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ofResponse(set(name)))
                .withMessageStartingWith("responseHeaders.set[1].name: \"" + name + "\" (expected: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ofResponse(remove(name)))
                .withMessageStartingWith("responseHeaders.remove[1]: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Forwarded",
                "X-Forwarded-For",
                "X-Forwarded-Proto",
                "X-Forwarded-Host",
                "x_forwarded_for",
                "X-Forwarded_For"
            })
    void whatWeldrSaysOfTheClientIsNotEdited(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ofRequest(set(name)))
                .withMessage("requestHeaders.set[1].name: \"" + name + "\" (expected: a field without the address of"
                        + " the client: weldr writes these itself, see the setting forwarded)");
        assertThatIllegalArgumentException().isThrownBy(() -> ofRequest(add(name)));
        assertThatIllegalArgumentException().isThrownBy(() -> ofRequest(remove(name)));
        assertThatCode(() -> ofResponse(set(name))).doesNotThrowAnyException(); // of no meaning there
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Real-IP", "X-Forwarded-Client-Cert", "Proxy"})
    void whatOthersWriteOfTheClientIsOnlyRemoved(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> ofRequest(set(name)));
        assertThatIllegalArgumentException().isThrownBy(() -> ofRequest(add(name)));
        assertThatCode(() -> ofRequest(remove(name))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-Prefix",
                "X-Forwarded-Port",
                "Authorization",
                "Cookie",
                "Content-Type",
                "Date",
                "Server",
                "Cache-Control",
                "Strict-Transport-Security",
                "Set-Cookie",
                "Accept-Encoding"
            })
    void otherFieldsAreEdited(String name) {
        assertThatCode(() -> ofRequest(set(name))).doesNotThrowAnyException();
        assertThatCode(() -> ofRequest(remove(name))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Date"})
    void theDateOfAResponseIsNotEdited(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> ofResponse(set(name)));
        assertThatIllegalArgumentException().isThrownBy(() -> ofResponse(remove(name)));
    }
}
