package io.weldr.proxy.edit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.http1.Scan;
import io.weldr.proxy.limits.ProxyLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 section 7.6.3: a proxy knows a request that it has seen before by its own name in Via. */
class LoopGuardTest {
    private final RequestHead head = new RequestHead(ProxyLimits.DEFAULTS, false);
    private final LoopGuard guard = new LoopGuard("Weldr");

    private boolean loops(String fields) {
        byte[] bytes = ("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n").getBytes(ISO_8859_1);
        assertThat(head.scan(bytes, bytes.length)).as(fields).isEqualTo(Scan.COMPLETE);
        return guard.loops(head);
    }

    /** Whether so many members of that form are too many, and one less is not. */
    private void countsAsOnePass(String member) {
        String three = "Via: " + (member + ", ").repeat(LoopGuard.PASSES_MAX - 1) + member;
        assertThat(loops(three + "\r\n")).as(three).isFalse();
        assertThat(loops(three + ", " + member + "\r\n"))
                .as("%s once more", three)
                .isTrue();
        assertThat(loops(three + "\r\nX: y\r\nvia: " + member + "\r\n"))
                .as("%s in a line", three)
                .isTrue();
    }

    @Test
    void aRequestWithoutViaHasNotPassedHere() {
        assertThat(loops("")).isFalse();
        assertThat(loops("X-Via: " + "1.1 weldr,".repeat(9) + "\r\n")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1 weldr",
                "1.0 WELDR",
                "HTTP/1.1 weldr",
                "1.1\tweldr  (first (inner, 1.1 weldr) \\) part, 1.1 weldr)",
                "1.1 weldr, 1.1 nginx (a, b), 2.0 edge.example:443",
                ", ,1.1 weldr"
            })
    void eachMemberWithOurNameIsOnePass(String member) {
        countsAsOnePass(member);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1 weldr2",
                "1.1 a.weldr",
                "1.1 weldr:8080",
                "weldr",
                "weldr 1.1",
                "1.1 other (1.1 weldr, 1.1 weldr)",
                "1.1 other weldr",
                "1.1",
                "(",
                "\\"
            })
    void otherMembersAreNone(String member) {
        assertThat(loops("Via: " + (member + ",").repeat(9) + "\r\n")).isFalse();
    }

    @Test
    void aCommentThatDoesNotEndHidesNothingOfOtherLines() {
        assertThat(loops("Via: 1.1 other (\r\n" + "Via: 1.1 weldr\r\n".repeat(LoopGuard.PASSES_MAX + 1)))
                .isTrue();
    }
}
