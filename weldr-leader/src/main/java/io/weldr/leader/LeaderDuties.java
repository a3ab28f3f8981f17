package io.weldr.leader;

import io.weldr.core.port.LeaderDuty;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several duties as one: they start in order and stop in the opposite order. A duty that fails to start or to stop does not keep
 * the others from it; above all, every one of them is told to stop. Called by one thread, as {@link LeaderDuty} says.
 */
public final class LeaderDuties implements LeaderDuty {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderDuties.class);

    private final List<LeaderDuty> duties;

    public LeaderDuties(List<? extends LeaderDuty> duties) {
        this.duties = List.copyOf(duties);
    }

    @Override
    public void start(long term) {
        for (LeaderDuty duty : duties) {
            try {
                duty.start(term);
            } catch (RuntimeException e) {
                LOG.error("{} did not start in term {}", duty, term, e);
            }
        }
    }

    @Override
    public void stop() {
        for (int i = duties.size() - 1; i >= 0; i--) {
            LeaderDuty duty = duties.get(i);
            try {
                duty.stop();
            } catch (RuntimeException e) {
                LOG.error("{} did not stop", duty, e);
            }
        }
    }
}
