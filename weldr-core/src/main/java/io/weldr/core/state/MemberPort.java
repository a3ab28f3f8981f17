package io.weldr.core.state;

import io.weldr.core.pool.HostPort;
import org.jspecify.annotations.Nullable;

/** Each port at which a member listens. */
public enum MemberPort {
    PROXY("proxy", "proxy-address"),
    HTTP("HTTP API", "admin-address"),
    GRPC("gRPC API", "grpc-address"),
    RAFT("Raft port", "raft-address");

    private final String text;
    private final String setting;

    MemberPort(String text, String setting) {
        this.text = text;
        this.setting = setting;
    }

    /** What people call it. */
    String text() {
        return text;
    }

    /** The setting of a node that says where it is. */
    String setting() {
        return setting;
    }

    /** Where that member has announced it; null: it has none. */
    public @Nullable HostPort of(Member member) {
        return switch (this) {
            case PROXY -> member.proxy();
            case HTTP -> member.admin();
            case GRPC -> member.grpc();
            case RAFT -> member.raft();
        };
    }
}
