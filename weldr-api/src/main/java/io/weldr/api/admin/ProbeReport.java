package io.weldr.api.admin;

import io.weldr.core.port.LastProbe;
import io.weldr.core.state.MemberId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last probes of a pool by the leader.
 *
 * @param leader the leader that was asked; null: none is known
 * @param probes one for each origin that it has probed
 * @param missing why there are none, for people; null: the leader has answered
 */
public record ProbeReport(
        @Nullable MemberId leader,
        List<LastProbe> probes,
        @Nullable String missing) {
    public ProbeReport {
        probes = List.copyOf(probes);
    }
}
