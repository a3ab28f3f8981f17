package io.weldr.core.port;

import java.util.concurrent.CompletionStage;

/** Answers what another member sent through its {@link MemberLink}. Any thread; never blocks; never fails. */
@FunctionalInterface
public interface MemberCalls {
    CompletionStage<byte[]> answer(byte[] message);
}
