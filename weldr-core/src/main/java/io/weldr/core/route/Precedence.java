package io.weldr.core.route;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Which of several routes takes a request that all of them match: the order of HTTPRoute in the Kubernetes Gateway API.
 * Each criterion counts only among those that all criteria before it find equal. The Gateway API leaves open where
 * expressions stand: here they come after prefixes, and the criteria that follow decide among them.
 */
enum Precedence {
    /** An exact host, then a wildcard with more characters, then any host. */
    HOST {
        @Override
        int compare(Candidate a, Candidate b) {
            return Integer.compare(hostRank(b.host()), hostRank(a.host()));
        }
    },
    /** An exact path, then a prefix with more characters, then an expression. */
    PATH {
        @Override
        int compare(Candidate a, Candidate b) {
            return Integer.compare(
                    pathRank(b.match().match().path()),
                    pathRank(a.match().match().path()));
        }
    },
    METHOD {
        @Override
        int compare(Candidate a, Candidate b) {
            return Boolean.compare(
                    a.match().match().method() == null, b.match().match().method() == null);
        }
    },
    HEADERS {
        @Override
        int compare(Candidate a, Candidate b) {
            return Integer.compare(b.match().headers().length, a.match().headers().length);
        }
    },
    QUERY {
        @Override
        int compare(Candidate a, Candidate b) {
            return Integer.compare(b.match().query().length, a.match().query().length);
        }
    },
    AGE {
        @Override
        int compare(Candidate a, Candidate b) {
            return Long.compare(
                    a.match().route().stamp().created(),
                    b.match().route().stamp().created());
        }
    },
    NAME {
        @Override
        int compare(Candidate a, Candidate b) {
            return a.match().route().name().compareTo(b.match().route().name());
        }
    },
    /** Place of the match inside its route. */
    PLACE {
        @Override
        int compare(Candidate a, Candidate b) {
            return Integer.compare(a.match().index(), b.match().index());
        }
    };

    /**
     * A match, for one of the hosts of its route.
     *
     * @param host null: any host
     */
    record Candidate(@Nullable HostPattern host, CompiledMatch match) {}

    /** Higher than the length of any wildcard. */
    private static final int EXACT_HOST = 1 << 16;

    private static final int EXACT_PATH = 1 << 16;

    /** The order of candidates: those that take a request come before those that could, too. */
    static final Comparator<Candidate> ORDER = (a, b) -> {
        for (Precedence criterion : values()) {
            int order = criterion.compare(a, b);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    };

    /** The order of matches for one host. */
    static final Comparator<CompiledMatch> FOR_ONE_HOST =
            (a, b) -> ORDER.compare(new Candidate(null, a), new Candidate(null, b));

    /** Negative if the first one goes before the second. */
    abstract int compare(Candidate a, Candidate b);

    /** The first criterion that finds a difference; {@link #PLACE} if there is none. */
    static Precedence between(Candidate a, Candidate b) {
        for (Precedence criterion : values()) {
            if (criterion.compare(a, b) != 0) {
                return criterion;
            }
        }
        return PLACE;
    }

    private static int hostRank(@Nullable HostPattern host) {
        return host == null ? 0 : host.wildcard() ? host.host().length() : EXACT_HOST;
    }

    private static int pathRank(PathMatch path) {
        return switch (path.kind()) {
            case EXACT -> EXACT_PATH;
            case PREFIX -> path.value().length();
            case REGEX -> 0;
        };
    }
}
