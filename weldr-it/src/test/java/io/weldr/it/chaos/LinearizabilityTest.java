package io.weldr.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.it.chaos.Operation.Outcome;
import io.weldr.it.chaos.Operation.Wish;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The judge, judged: by histories whose verdict is plain, and by another judge that tries every order. */
class LinearizabilityTest {
    private static final long SEED = Long.getLong("chaos.seed", 20_260_101);
    private static final List<Wish> WISHES = List.of(Wish.CREATE, Wish.SET, Wish.REMOVE, Wish.READ);

    @Test
    void oneAfterTheOther() {
        assertThat(Linearizability.holds(List.of())).isTrue();
        assertThat(Linearizability.holds(List.of(
                        read("", 0, 1),
                        create("/a", 2, 3),
                        read("/a", 4, 5),
                        differs("/b", 6, 7),
                        set("/b", 8, 9),
                        read("/b", 10, 11),
                        removed("/b", 12, 13),
                        absent(Wish.REMOVE, 14, 15),
                        absent(Wish.SET, 16, 17),
                        read("", 18, 19))))
                .isTrue();
    }

    @Test
    void aLostWriteIsNoticed() {
        assertThat(Linearizability.holds(List.of(create("/a", 0, 1), read("", 2, 3))))
                .isFalse();
        assertThat(Linearizability.holds(List.of(create("/a", 0, 1), set("/b", 2, 3), read("/a", 4, 5))))
                .isFalse();
        assertThat(Linearizability.holds(List.of(create("/a", 0, 1), set("/b", 2, 3), removed("/a", 4, 5))))
                .isFalse();
    }

    @Test
    void aResurrectedOneIsNoticed() {
        assertThat(Linearizability.holds(List.of(create("/a", 0, 1), removed("/a", 2, 3), read("/a", 4, 5))))
                .isFalse();
        assertThat(Linearizability.holds(List.of(create("/a", 0, 1), removed("/a", 2, 3), differs("/b", 4, 5))))
                .isFalse();
    }

    @Test
    void aStaleReadIsNoticed() {
        List<Operation> history = List.of(create("/a", 0, 1), set("/b", 2, 10), read("/b", 3, 4), read("/a", 5, 6));
        assertThat(Linearizability.holds(history)).isFalse();
    }

    @Test
    void atTheSameTimeEitherOrderWillDo() {
        assertThat(Linearizability.holds(
                        List.of(create("/a", 0, 1), set("/b", 2, 10), read("/a", 3, 4), read("/b", 5, 6))))
                .isTrue();
        assertThat(Linearizability.holds(List.of(create("/a", 0, 9), differs("/b", 0, 9), read("/a", 10, 11))))
                .isTrue();
        assertThat(Linearizability.holds(List.of(create("/a", 0, 9), create("/b", 0, 9))))
                .isFalse();
    }

    @Test
    void whatNobodyKnowsMayHaveBeenDoneOrNotOrMuchLater() {
        Operation unknown = new Operation(Wish.CREATE, "/a", Outcome.UNKNOWN, "", 0, 1, "c");
        assertThat(Linearizability.holds(List.of(unknown, read("", 2, 3)))).isTrue();
        assertThat(Linearizability.holds(List.of(unknown, read("/a", 2, 3)))).isTrue();
        assertThat(Linearizability.holds(List.of(unknown, read("", 2, 3), read("/a", 4, 5))))
                .isTrue();
        assertThat(Linearizability.holds(List.of(unknown, read("/a", 2, 3), read("", 4, 5))))
                .isFalse();
        Operation later = new Operation(Wish.CREATE, "/a", Outcome.UNKNOWN, "", 5, 6, "c");
        assertThat(Linearizability.holds(List.of(read("/a", 0, 1), later)))
                .as("not before its call")
                .isFalse();
    }

    @Test
    void agreesWithAJudgeThatTriesEveryOrder() {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        int held = 0;
        int rounds = 3_000;
        for (int i = 0; i < rounds; i++) {
            List<Operation> history = any(random, 1 + random.nextInt(6));
            boolean expected = tried(new ArrayList<>(history), Register.ABSENT);
            assertThat(Linearizability.holds(history)).as("%s", history).isEqualTo(expected);
            held += expected ? 1 : 0;
        }
        assertThat(held).as("of both kinds").isBetween(rounds / 20, rounds * 19 / 20);
    }

    @Test
    void acceptsWhateverARegisterDidAndIsQuickAboutIt() {
        Random random = new Random(SEED);
        for (int round = 0; round < 50; round++) {
            List<Operation> history = done(random, 200);
            assertThat(Linearizability.holds(history)).as("%s", history).isTrue();
        }
    }

    /** Operations of few values at few instants, whatever their outcomes. */
    private static List<Operation> any(Random random, int size) {
        List<Operation> history = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            long called = random.nextInt(10);
            long returned = called + 1 + random.nextInt(6);
            String value = random.nextBoolean() ? "/a" : "/b";
            history.add(
                    switch (random.nextInt(8)) {
                        case 0 -> create(value, called, returned);
                        case 1 -> set(value, called, returned);
                        case 2 -> removed(value, called, returned);
                        case 3 -> absent(Wish.SET, called, returned);
                        case 4 -> differs(value, called, returned);
                        case 5 -> read(random.nextBoolean() ? value : "", called, returned);
                        default ->
                            new Operation(
                                    WISHES.get(random.nextInt(3)), value, Outcome.UNKNOWN, "", called, returned, "c");
                    });
        }
        return history;
    }

    /** What a register really answered: each takes effect at an instant of its own, and some answers got lost. */
    private static List<Operation> done(Random random, int size) {
        List<Operation> history = new ArrayList<>();
        String value = Register.ABSENT;
        for (int i = 0; i < size; i++) {
            long instant = 10L * i;
            long called = instant - random.nextInt(25);
            long returned = instant + random.nextInt(25);
            String mine = "/" + i;
            Wish wish = WISHES.get(random.nextInt(4));
            boolean there = !value.equals(Register.ABSENT);
            Outcome outcome = switch (wish) {
                case CREATE -> there ? Outcome.DIFFERS : Outcome.CREATED;
                case SET -> there ? Outcome.WRITTEN : Outcome.ABSENT;
                case REMOVE -> there ? Outcome.REMOVED : Outcome.ABSENT;
                case READ -> Outcome.SEEN;
            };
            Operation operation = new Operation(wish, mine, outcome, value, called, returned, "c");
            String after = Register.after(value, operation);
            assertThat(after).as("%s", operation).isNotNull();
            value = String.valueOf(after);
            boolean lost = wish != Wish.READ && random.nextInt(40) == 0;
            history.add(lost ? new Operation(wish, mine, Outcome.UNKNOWN, "", called, returned, "c") : operation);
        }
        return history;
    }

    /** Tries every order that the times allow. */
    private static boolean tried(List<Operation> left, String value) {
        if (left.stream().noneMatch(Operation::isKnown)) {
            return true;
        }
        long firstReturn = left.stream()
                .filter(Operation::isKnown)
                .mapToLong(Operation::returnedNanos)
                .min()
                .orElseThrow();
        for (int i = 0; i < left.size(); i++) {
            Operation operation = left.get(i);
            String after = Register.after(value, operation);
            if (operation.calledNanos() <= firstReturn && after != null) {
                List<Operation> rest = new ArrayList<>(left);
                rest.remove(i);
                if (tried(rest, after)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Operation create(String value, long called, long returned) {
        return new Operation(Wish.CREATE, value, Outcome.CREATED, "", called, returned, "c");
    }

    private static Operation differs(String value, long called, long returned) {
        return new Operation(Wish.CREATE, value, Outcome.DIFFERS, "", called, returned, "c");
    }

    private static Operation set(String value, long called, long returned) {
        return new Operation(Wish.SET, value, Outcome.WRITTEN, "", called, returned, "c");
    }

    private static Operation removed(String seen, long called, long returned) {
        return new Operation(Wish.REMOVE, "", Outcome.REMOVED, seen, called, returned, "c");
    }

    private static Operation absent(Wish wish, long called, long returned) {
        return new Operation(wish, "/x", Outcome.ABSENT, "", called, returned, "c");
    }

    private static Operation read(String seen, long called, long returned) {
        return new Operation(Wish.READ, "", Outcome.SEEN, seen, called, returned, "c");
    }
}
