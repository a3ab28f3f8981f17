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
}
