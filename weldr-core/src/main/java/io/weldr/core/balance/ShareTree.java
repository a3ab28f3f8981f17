package io.weldr.core.balance;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Computes whose turn it is instead of laying out the cycle: exact for cycles of any length, in a few bytes a target.
 * For the odd weights of a slow start: one origin of weight 37 beside 1023 of weight 10 000 makes a cycle of ten
 * million turns.
 *
 * <p>The groups are the leaves of a binary tree. A node that is visited for the time {@code k} passes the visit on to
 * one of its two children, so that the light child, with {@code l} of {@code n} shares, has got {@code ⌊k·l/n⌋} of the
 * first {@code k} visits. That number is also the number of the child's own visit, so nothing is remembered from turn
 * to turn. A pick takes one division for each level.
 *
 * <p>It is the tree of Huffman's code, which keeps large groups near the root. What a target has got so far differs
 * from its share by less than {@value #DEVIATION_MAX} requests: each node adds less than one, of which a target gets
 * its share of that node. Shares at least follow the Fibonacci numbers on the way to the root, because a node weighs no
 * less than the children of its sibling. The reciprocals of these numbers add up to 3.36.
 */
final class ShareTree implements Order {
    static final double DEVIATION_MAX = 3.36;

    private final Group[] groups;
    /** By inner node. A child is an inner node, or the complement ({@code ~}) of a group. */
    private final int[] lightChild;

    private final int[] heavyChild;
    private final int[] lightShare;
    private final int[] share;
    private final int root;

    private ShareTree(Group[] groups, int[] lightChild, int[] heavyChild, int[] lightShare, int[] share, int root) {
        this.groups = groups;
        this.lightChild = lightChild;
        this.heavyChild = heavyChild;
        this.lightShare = lightShare;
        this.share = share;
        this.root = root;
    }

    /** @param groups one or more; their shares together fit into an {@code int} */
    static ShareTree of(List<Group> groups) {
        PriorityQueue<Node> open = new PriorityQueue<>(
                groups.size(), Comparator.comparingInt(Node::share).thenComparingInt(Node::name));
        for (int i = 0; i < groups.size(); i++) {
            open.add(new Node(~i, groups.get(i).share()));
        }
        int inner = groups.size() - 1;
        int[] lightChild = new int[inner];
        int[] heavyChild = new int[inner];
        int[] lightShare = new int[inner];
        int[] share = new int[inner];
        for (int i = 0; i < inner; i++) {
            Node light = open.remove();
            Node heavy = open.remove();
            lightChild[i] = light.name();
            heavyChild[i] = heavy.name();
            lightShare[i] = light.share();
            share[i] = light.share() + heavy.share();
            open.add(new Node(i, share[i]));
        }
        int root = open.remove().name();
        return new ShareTree(groups.toArray(Group[]::new), lightChild, heavyChild, lightShare, share, root);
    }

    /** @param name the inner node, or the complement of the group */
    private record Node(int name, int share) {}

    @Override
    public int at(int turn) {
        long visit = Integer.toUnsignedLong(turn);
        int node = root;
        while (node >= 0) {
            long product = visit * lightShare[node]; // 32 and 30 bits
            long visitsOfLight = product / share[node];
            if (product - visitsOfLight * share[node] + lightShare[node] >= share[node]) {
                visit = visitsOfLight; // with this visit, the light child is due one more
                node = lightChild[node];
            } else {
                visit -= visitsOfLight;
                node = heavyChild[node];
            }
        }
        return groups[~node].member(visit);
    }

    @Override
    public int cycle() {
        return root >= 0 ? share[root] : groups[0].share();
    }
}
