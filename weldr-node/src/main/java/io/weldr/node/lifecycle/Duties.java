package io.weldr.node.lifecycle;

import io.weldr.core.port.LeaderDuty;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that this node does while it leads, as one duty: started in order, suspended and stopped in reverse. A duty may
 * be added at any time; one that fails does not keep the others from running, and above all not from stopping. Thread
 * safe.
 */
final class Duties implements LeaderDuty {
    private static final Logger LOG = LoggerFactory.getLogger(Duties.class);

    private final List<LeaderDuty> duties = new ArrayList<>(); // guarded by this
    private long term; // that this node acts in; 0: it does not; guarded by this

    /** Adds a duty, and starts it if this node acts already. */
    synchronized void add(LeaderDuty duty) {
        duties.add(duty);
        if (term != 0) {
            run("start", duty, () -> duty.start(term));
        }
    }

    @Override
    public synchronized void start(long newTerm) {
        term = newTerm;
        for (LeaderDuty duty : duties) {
            run("start", duty, () -> duty.start(newTerm));
        }
    }

    @Override
    public synchronized void suspend() {
        term = 0;
        inReverse("suspend", LeaderDuty::suspend);
    }

    @Override
    public synchronized void stop() {
        term = 0;
        inReverse("stop", LeaderDuty::stop);
    }

    private void inReverse(String what, Consumer<LeaderDuty> action) {
        for (int i = duties.size() - 1; i >= 0; i--) {
            LeaderDuty duty = duties.get(i);
            run(what, duty, () -> action.accept(duty));
        }
    }

    private static void run(String what, LeaderDuty duty, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.error("{} did not {}", duty, what, e);
        }
    }
}
