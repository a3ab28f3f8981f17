package io.weldr.api.admin;

import io.weldr.core.port.ProcessControl;
import io.weldr.core.state.MemberId;

/**
 * A member stops, to be started again.
 *
 * @param changed whether it was not stopping before
 * @param process the one that stops
 */
public record RestartBegun(MemberId member, boolean changed, ProcessControl.Facts process) {}
