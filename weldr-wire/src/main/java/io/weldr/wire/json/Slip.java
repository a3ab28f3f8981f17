package io.weldr.wire.json;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Finds the word that somebody meant who typed another one. Pure. */
public final class Slip {
    /** One slip in three letters; with more it is another word. */
    private static final int LETTERS_PER_SLIP = 3;

    private Slip() {}

    /** The nearest of {@code known}, or null if none is near. */
    public static @Nullable String nearest(String typed, Collection<String> known) {
        String best = null;
        int bestDistance = Math.max(1, bare(typed).length() / LETTERS_PER_SLIP) + 1;
        for (String word : known) {
            int distance = distance(bare(typed), bare(word));
            if (distance < bestDistance) {
                bestDistance = distance;
                best = word;
            }
        }
        return best;
    }

    private static String bare(String option) {
        int start = 0;
        while (start < option.length() && option.charAt(start) == '-') {
            start++;
        }
        return option.substring(start);
    }

    /** Letters that are missing, too many, others, or two of them exchanged (optimal string alignment). */
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            d[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            d[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int other = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(other, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
