package io.weldr.api.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.weldr.api.admin.CertificateIntake;
import io.weldr.api.admin.ResourceKind;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemException;
import io.weldr.api.testkit.TestSeal;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.wire.json.ResourceJson;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies of pools, listeners and routes, without a socket. */
class ResourceBodiesTest {
    @Test
    void everyFieldOfEveryKindIsReadAndAnsweredAsItWas() {
        for (ResourceKind<?, ?> kind : ResourceKind.ALL) {
            for (String sample : ResourceSamples.of(kind.plural())) {
                Message message = ResourceBodies.created(kind, sample.getBytes(UTF_8));
                assertThat(command(kind, message)).isNotNull();
                Map<String, Object> tree = ResourceJson.tree(message);
                Message again = ResourceBodies.created(kind, Answers.line(tree).getBytes(UTF_8));
                assertThat(again).isEqualTo(message);
            }
        }
    }

    private static <R> Command command(ResourceKind<?, R> kind, Message message) {
        CertificateIntake intake = new CertificateIntake(new TestSeal(), "https://ca.example/");
        return kind.put()
                .wish(message, null, intake, Instant.parse("2030-01-01T00:00:00Z"))
                .command()
                .at(Condition.NONE, Instant.EPOCH);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyMutationIsReadOrRefusedWithAProblem(long seed) {
        Random random = new Random(seed);
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            ResourceKind<?, ?> kind = ResourceKind.ALL.get(i % ResourceKind.ALL.size());
            List<String> samples = ResourceSamples.of(kind.plural());
            byte[] body = Mutations.of(random, samples);
            Message before = ResourceBodies.created(kind, samples.get(0).getBytes(UTF_8));
            try {
                switch (random.nextInt(3)) {
                    case 0 -> ResourceBodies.created(kind, body);
                    case 1 -> ResourceBodies.whole(kind, "shop", body);
                    default ->
                        assertThat(ResourceBodies.patch(kind, "shop", body).apply(before))
                                .isNotNull();
                }
                read++;
            } catch (ProblemException refused) {
                Problem problem = refused.problem();
                assertThat(problem.type().httpStatus()).isEqualTo(400);
                assertThat(problem.found()).isNotEmpty();
                assertThat(problem.expected()).isNotEmpty();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", round " + i + ": " + new String(body, UTF_8), e);
            }
        }
        assertThat(read).isPositive();
    }
}
