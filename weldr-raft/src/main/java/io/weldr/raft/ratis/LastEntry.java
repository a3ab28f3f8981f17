package io.weldr.raft.ratis;

/** The end of a log, as elections compare it. */
public record LastEntry(long term, long index) implements Comparable<LastEntry> {
    @Override
    public int compareTo(LastEntry other) {
        return term != other.term ? Long.compare(term, other.term) : Long.compare(index, other.index);
    }
}
