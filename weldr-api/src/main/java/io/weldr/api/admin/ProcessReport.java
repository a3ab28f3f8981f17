package io.weldr.api.admin;

import io.weldr.core.port.ProcessControl;
import java.util.List;

/**
 * The process of a member, as the member reports it.
 *
 * @param unready why it is not ready, for people; empty if it is
 * @param restarting whether it was asked to restart
 */
public record ProcessReport(ProcessControl.Facts facts, List<String> unready, boolean restarting) {
    public ProcessReport {
        unready = List.copyOf(unready);
    }
}
