package io.weldr.core.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PublishedTest {
    @Test
    void subscribersSeeTheCurrentValueAndEveryLaterOneUntilTheyLeave() {
        Published<Integer> published = new Published<>(1);
        List<Integer> seen = new ArrayList<>();
        try (Published.Subscription subscription = published.subscribe(seen::add)) {
            published.publish(2);
            published.publish(3);
        }
        published.publish(4);
        assertThat(seen).containsExactly(1, 2, 3);
        assertThat(published.get()).isEqualTo(4);
    }

    @Test
    void aSubscriberThatThrowsIsToldOnAndTheOthersHearAllTheSame() {
        List<Throwable> failures = new ArrayList<>();
        Published<Integer> published = new Published<>(1, failures::add);
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        RuntimeException mistake = new IllegalStateException("a mistake");
        published.subscribe(before::add);
        published.subscribe(value -> {
            throw mistake;
        });
        published.subscribe(after::add);

        published.publish(2);

        assertThat(published.get()).isEqualTo(2);
        assertThat(before).containsExactly(1, 2);
        assertThat(after).containsExactly(1, 2);
        assertThat(failures).containsExactly(mistake, mistake); // when it subscribed, and now
    }
}
