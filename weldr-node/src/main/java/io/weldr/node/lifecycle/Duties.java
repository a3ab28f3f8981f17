package io.weldr.node.lifecycle;

import io.weldr.core.port.LeaderDuty;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * All that this node does while it leads, as one duty: started in order, stopped in reverse. Duties need the consensus part and it needs them,
 * so they are added after it was made and before it starts; after that, only the consensus part's own thread calls.
 */
final class Duties implements LeaderDuty {
    private final List<LeaderDuty> duties = new ArrayList<>();

    void add(LeaderDuty duty) {
        duties.add(duty);
    }

    @Override
    public void start(long term) {
        duties.forEach(duty -> duty.start(term));
    }

    @Override
    public void stop() {
        List<LeaderDuty> last = new ArrayList<>(duties);
        Collections.reverse(last);
        last.forEach(LeaderDuty::stop);
    }
}
