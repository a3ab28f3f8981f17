package io.weldr.leader.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.certificate.AcmeSettings.Challenge;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeNetworkException;
import org.shredzone.acme4j.exception.AcmeServerException;
import org.shredzone.acme4j.toolbox.JSON;

class AuthorityErrorsTest {
    private static final String DIRECTORY = "https://ca.example.com/directory";

    private static Problem problem(String json) throws Exception {
        return new Problem(JSON.parse(json), URI.create(DIRECTORY).toURL());
    }

    @Test
    void namesTheHostAndThePortOfAChallenge() throws Exception {
        Problem problem = problem(
                "{\"type\":\"urn:ietf:params:acme:error:connection\",\"detail\":\"192.0.2.1: Connection refused\"}");
        assertThat(AuthorityErrors.line("a.example.com", Challenge.HTTP_01, problem))
                .isEqualTo("the authority asked port 80 of a.example.com (HTTP-01) and says: connection: 192.0.2.1:"
                        + " Connection refused");
        assertThat(AuthorityErrors.line("a.example.com", Challenge.TLS_ALPN_01, null))
                .isEqualTo("the authority asked port 443 of a.example.com (TLS-ALPN-01) and says: nothing of why it"
                        + " failed");
    }

    @Test
    void namesTheHostsOfSubproblems() throws Exception {
        StringBuilder parts = new StringBuilder();
        for (String host : new String[] {"a", "b", "c", "d", "e"}) {
            parts.append(parts.length() == 0 ? "" : ",")
                    .append("{\"type\":\"urn:ietf:params:acme:error:caa\",\"detail\":\"no\",\"identifier\":")
                    .append("{\"type\":\"dns\",\"value\":\"" + host + ".example.com\"}}");
        }
        Problem problem = problem("{\"type\":\"urn:ietf:params:acme:error:compound\",\"detail\":\"some failed\","
                + "\"subproblems\":[" + parts + "]}");
        assertThat(AuthorityErrors.line(DIRECTORY, new AcmeServerException(problem)))
                .isEqualTo(DIRECTORY + " answers compound: some failed; a.example.com: caa: no; b.example.com: caa: no;"
                        + " c.example.com: caa: no; and 2 more");
    }

    @Test
    void isOneLineThatIsNotTooLong() throws Exception {
        Problem problem =
                problem("{\"type\":\"about:blank\",\"detail\":\"" + "x\\n\\u001b[31m\\u202e".repeat(5000) + "\"}");
        String line = AuthorityErrors.line(DIRECTORY, new AcmeServerException(problem));
        assertThat(line).hasSizeLessThan(2048).startsWith(DIRECTORY + " answers about:blank: x");
        assertThat(line.chars().filter(Character::isISOControl)).isEmpty();
        assertThat(line).doesNotContain("\u202e");
    }

    @Test
    void saysWhyAnAuthorityIsNotReached() {
        IOException refused = new ConnectException("Connection refused");
        assertThat(AuthorityErrors.line(DIRECTORY, new AcmeNetworkException(new IOException(refused))))
                .isEqualTo(DIRECTORY + " cannot be asked: Connection refused");
        assertThat(AuthorityErrors.line(DIRECTORY, new AcmeException("HTTP 503")))
                .isEqualTo(DIRECTORY + " answers HTTP 503");
    }
}
