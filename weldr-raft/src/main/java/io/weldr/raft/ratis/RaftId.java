package io.weldr.raft.ratis;

import io.weldr.core.Check;
import io.weldr.core.state.MemberId;

/**
 * The identity of a node in Raft: its id and the incarnation of its data folder. A node whose disk was lost comes
 * back under another one, so that nothing that its former self promised (a vote, an entry) is ever expected of it,
 * and no vote of it counts before the members have agreed to take it in.
 *
 * @param life 12 hexadecimal digits; empty in folders that were made before there were lives
 */
public record RaftId(MemberId member, String life) implements Comparable<RaftId> {
    /** Two lives of one node with the same digits: one in 280 million million. */
    public static final int LIFE_CHARS = 12;

    public RaftId {
        Check.that(life.matches("|[0-9a-f]{" + LIFE_CHARS + "}"), "life", life, LIFE_CHARS + " hexadecimal digits");
    }

    /** That of a folder with that incarnation. */
    public static RaftId of(MemberId member, String incarnation) {
        return new RaftId(member, incarnation.replace("-", "").substring(0, LIFE_CHARS));
    }

    /** Reads what {@link #toString} wrote; throws {@link IllegalArgumentException} if it did not. */
    public static RaftId parse(String text) {
        int dot = text.indexOf('.');
        return dot < 0
                ? new RaftId(new MemberId(text), "")
                : new RaftId(new MemberId(text.substring(0, dot)), text.substring(dot + 1));
    }

    @Override
    public int compareTo(RaftId other) {
        int byMember = member.compareTo(other.member);
        return byMember != 0 ? byMember : life.compareTo(other.life);
    }

    @Override
    public String toString() {
        return life.isEmpty() ? member.value() : member + "." + life;
    }
}
