package io.weldr.api.admin;

import io.weldr.core.state.MemberId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The samples of one member.
 *
 * @param latest null: it has not measured yet, or did not tell
 * @param age of {@code latest}, by the clock of the member; null as {@code latest}, or an older version that does not tell
 * @param series null: none was asked for, or it did not tell
 * @param missing why it did not tell, for people; null: it did
 */
public record MemberSamples(
        MemberId member,
        @Nullable Sample latest,
        @Nullable Duration age,
        @Nullable SampleSeries series,
        @Nullable String missing) {}
