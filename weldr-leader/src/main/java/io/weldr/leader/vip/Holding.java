package io.weldr.leader.vip;

import io.weldr.leader.vip.VirtualIpSettings.QuorumLoss;
import java.time.Duration;

/**
 * Decides when the addresses are claimed, renewed, announced and let go of. Knows no clock, no process and no network:
 * every input brings the time along, and what is to be done is said to {@link Hands}. Not thread safe; confined to the
 * thread of its owner.
 *
 * <p>Three things make sure that two nodes do not hold an address longer than the kernel's lifetime: it is renewed only
 * while leadership is proved at that instant; a new leader waits for as long as an earlier one can still hold it,
 * unless all that could have promised or are dead; and who was asked by the leader of a later term never holds again
 * for an earlier one.
 */
final class Holding {
    /**
     * When to announce again after the first time: a frozen predecessor, or a switch that lost the frame, is corrected.
     */
    static final long[] ANNOUNCE_AFTER_MILLIS = {0, 100, 300, 1000, 2000, 3000};

    /** How long to leave members in peace before they are asked again. */
    static final Duration SURVEY_EVERY = Duration.ofMillis(100);

    /** What is done on its decisions. Returns at once. */
    interface Hands {
        /** Find out whether another member may hold the addresses; say so to {@link #surveyed}. */
        void survey(long term);

        /** Add the addresses, or give them a new lifetime. */
        void renew();

        /** Take them away. */
        void release();

        /** Tell the neighbours that the addresses are here. */
        void announce();

        /** The role changed. */
        void turned(boolean active, long term);
    }

    /**
     * What this node knows of leadership, right now.
     *
     * @param provedTerm the term in which it is proved to be the leader; 0: none
     * @param otherLeads whether it takes another member for the leader
     */
    record View(long provedTerm, boolean otherLeads) {}

    private final Hands hands;
    private final QuorumLoss quorumLoss;
    private final long lifetimeNanos;
    private final long renewNanos;
    private final long waitNanos;

    private long term; // to hold in; 0: none
    private boolean active;
    private boolean retired;
    private long heldTerm; // the last in which it was active
    private long cededTerm; // nothing is held for an earlier one

    private long awaitedTerm; // the one whose predecessors are waited for
    private long startedNanos; // of that wait
    private boolean free; // nobody else holds it, for sure
    private boolean surveying;
    private long surveyedNanos;

    private long renewedNanos;
    private long lastTickNanos;
    private int announcements;
    private boolean confirmed;
    private long confirmedNanos;

    /**
     * @param electionTimeout the least time after which a silent leader is replaced; nobody proves leadership for
     * longer
     */
    Holding(Hands hands, VirtualIpSettings settings, Duration electionTimeout) {
        this.hands = hands;
        this.quorumLoss = settings.quorumLoss();
        this.lifetimeNanos = settings.lifetime().toNanos();
        this.renewNanos = lifetimeNanos / 8;
        // With nothing to hold there is nothing to wait for.
        this.waitNanos = settings.addresses().isEmpty()
                ? 0
                : longestHold(settings.lifetime(), electionTimeout).toNanos();
    }

    /**
     * How long after the start of a term an earlier leader can still hold an address: its proof, then the kernel's
     * lifetime.
     */
    static Duration longestHold(Duration lifetime, Duration electionTimeout) {
        return lifetime.plus(electionTimeout).plusMillis(100); // the kernel removes up to a timer tick late: 20 ms seen
    }

    boolean active() {
        return active;
    }

    boolean retired() {
        return retired;
    }

    /** This node leads in {@code term}. */
    void start(long term, View view, long nowNanos) {
        assert term > 0 : term;
        this.term = term;
        if (term != awaitedTerm) {
            awaitedTerm = term;
            startedNanos = nowNanos;
            free = active;
        } // else the proof lapsed for a moment. A majority that answers in this term has elected nobody since it began.
        surveying = false;
        if (active) {
            if (term != heldTerm) {
                heldTerm = term; // held on without a majority, and leads again
                announcements = 0;
                confirmedNanos = nowNanos;
            }
        } else if (!free && waitNanos > 0) {
            ask();
        }
        tick(view, nowNanos);
    }

    /** It does not any more. That it cannot prove it for a moment is seen by the view alone. */
    void stop(View view, long nowNanos) {
        term = 0;
        tick(view, nowNanos);
    }

    /** Time passed. To be called several times within each renewal interval. */
    void tick(View view, long nowNanos) {
        boolean late = nowNanos - lastTickNanos > lifetimeNanos / 2;
        boolean proved = term != 0 && view.provedTerm() == term && !retired && term >= cededTerm;
        if (active) {
            // What a paused process held may have been given to another meanwhile: holding on never takes an address
            // back.
            boolean holdOn = quorumLoss == QuorumLoss.HOLD && !view.otherLeads() && !late;
            if (proved || holdOn) {
                hold(proved, nowNanos);
            } else if (!inDoubt(view, nowNanos) || late) {
                letGo();
            }
        } else if (proved) {
            if (free || nowNanos - startedNanos >= waitNanos) {
                claim(nowNanos);
            } else if (!surveying && nowNanos - surveyedNanos >= SURVEY_EVERY.toNanos()) {
                ask();
            }
        }
        lastTickNanos = nowNanos;
    }

    /**
     * The answer to {@link Hands#survey}: whether nobody else holds the addresses for an earlier term, nor ever will.
     */
    void surveyed(long surveyedTerm, boolean nobodyHolds, View view, long nowNanos) {
        if (surveyedTerm != term) {
            return;
        }
        surveying = false;
        surveyedNanos = nowNanos;
        free |= nobodyHolds;
        tick(view, nowNanos);
    }

    /** The kernel showed an address. */
    void confirmed(long nowNanos) {
        if (active && !confirmed) {
            confirmed = true;
            confirmedNanos = nowNanos;
            hold(true, nowNanos);
        }
    }

    /** The last renewal came to nothing: renew with the next tick. */
    void renewalLost(long nowNanos) {
        renewedNanos = nowNanos - renewNanos;
    }

    /**
     * The leader of {@code laterTerm} asks for the addresses. The caller knows from Raft that there is such a term.
     *
     * @return whether this node has let go of them and will not hold them for an earlier term
     */
    boolean cede(long laterTerm) {
        if (laterTerm <= Math.max(term, active ? heldTerm : 0)) {
            return false;
        }
        cededTerm = Math.max(cededTerm, laterTerm);
        if (active) {
            letGo();
        }
        return true;
    }

    /**
     * Somebody asks for the addresses while this node has no part in consensus, so that it cannot know whether there is
     * such a term.
     *
     * @return whether this node has let go of them; false if it still leads, as far as it knows
     */
    boolean concede() {
        if (term != 0) {
            return false;
        }
        if (active) {
            letGo();
        }
        return true;
    }

    /** Let go, and never hold again. */
    void retire() {
        retired = true;
        if (active) {
            letGo();
        }
    }

    /**
     * Nobody said that leadership ended, and the address is still there. It is not renewed: whoever comes next waits
     * for it.
     */
    private boolean inDoubt(View view, long nowNanos) {
        return term == heldTerm && !view.otherLeads() && nowNanos - renewedNanos < lifetimeNanos;
    }

    private void ask() {
        surveying = true;
        hands.survey(term);
    }

    private void claim(long nowNanos) {
        active = true;
        free = true; // for as long as the term lasts, however often the proof may come and go
        heldTerm = term;
        confirmed = false;
        announcements = 0;
        renewedNanos = nowNanos;
        hands.renew();
        hands.turned(true, heldTerm);
    }

    private void hold(boolean proved, long nowNanos) {
        if (nowNanos - renewedNanos >= renewNanos) {
            renewedNanos = nowNanos;
            hands.renew();
        }
        if (proved
                && confirmed
                && announcements < ANNOUNCE_AFTER_MILLIS.length
                && nowNanos - confirmedNanos >= ANNOUNCE_AFTER_MILLIS[announcements] * 1_000_000) {
            announcements++;
            hands.announce();
        }
    }

    private void letGo() {
        active = false;
        hands.release();
        hands.turned(false, heldTerm);
    }
}
