package io.weldr.api.admin;

import io.weldr.core.port.SupportText;
import io.weldr.core.state.MemberId;
import java.util.List;

/** What a member tells for a support bundle. */
public record SupportTexts(MemberId member, List<SupportText> texts) {
    public SupportTexts {
        texts = List.copyOf(texts);
    }
}
