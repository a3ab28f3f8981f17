package io.weldr.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.weldr.proxy.stats.Counter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HeldBytesTest {

    private static final int KIB = 1024;

    private final AtomicInteger told = new AtomicInteger();
    private final Counter cuts = new Counter();
    private final HeldBytes held = new HeldBytes(1000 * KIB, cuts, told::incrementAndGet);
    private final List<Connection> connections = new ArrayList<>();

    /** Gives back what it holds when it is shed. */
    private final class Connection implements HeldBytes.Holder {
        private final HeldBytes.Account account = held.account(this);
        private long taken; // by the peer, which no event tells
        private boolean shed;

        Connection(long kib) {
            account.add(kib * KIB);
            connections.add(this);
        }

        @Override
        public void count() {
            account.add(-taken);
            taken = 0;
        }

        @Override
        public void shed() {
            shed = true;
            account.add(-account.held());
        }
    }

    private void ticks(int count) {
        for (int i = 0; i < count; i++) {
            held.tick();
        }
    }

    @Test
    void aSliceHoldsAllOfTheBufferThatItIsPartOf() {
        ByteBuf read = ByteBufAllocator.DEFAULT.directBuffer(4096).writeZero(100);
        ByteBuf slice = read.readRetainedSlice(10).retainedSlice(1, 2);
        assertThat(HeldBytes.capacity(slice)).isEqualTo(read.capacity());
        assertThat(HeldBytes.capacity(Unpooled.EMPTY_BUFFER)).isZero();
        slice.release();
        slice.release();
        read.release();
    }

    @Test
    void aPlaceCountsWhatIsInIt() {
        HeldBuffer place = new HeldBuffer(new Connection(0).account);
        ByteBuf buffer = Unpooled.buffer(64);
        place.put(buffer);
        assertThat(held.held()).isEqualTo(64);
        assertThat(place.take()).isSameAs(buffer);
        assertThat(held.held()).isZero();
        place.put(buffer);
        place.drop();
        assertThat(held.held()).isZero();
        assertThat(buffer.refCnt()).isZero();
    }

    @Test
    void connectionsAreRefusedFirstAndThenRequests() {
        Connection one = new Connection(750);
        assertThat(held.takesConnections()).isTrue();
        one.account.add(1);
        assertThat(held.takesConnections()).isFalse();
        assertThat(held.takesRequests()).isTrue();
        one.account.add(150 * KIB);
        assertThat(held.takesRequests()).isFalse();
    }

    @Test
    void theFattestIsCutAtTheNextTickWhereThereIsNoRoomForRequests() {
        Connection small = new Connection(300);
        Connection fat = new Connection(400);
        Connection other = new Connection(250);
        held.tick();
        assertThat(fat.shed).isTrue();
        assertThat(small.shed || other.shed).isFalse();
        assertThat(cuts.get()).isEqualTo(1);
    }

    @Test
    void itIsToldOnceThatAllIsHeld() {
        Connection one = new Connection(1000);
        assertThat(told).hasValue(0);
        one.account.add(1);
        one.account.add(1);
        assertThat(told).hasValue(1);
        held.relieve();
        assertThat(one.shed).isTrue();
        one.account.add(1001 * KIB);
        assertThat(told).hasValue(2);
    }

    @Test
    void somebodyGivesWayWhereNoConnectionsAreAcceptedForHalfASecond() {
        Connection slow = new Connection(500);
        new Connection(300);
        ticks(HeldBytes.TICKS_FULL_MAX);
        assertThat(slow.shed).isFalse();
        held.tick();
        assertThat(slow.shed).isTrue();
        assertThat(held.held()).isEqualTo(300 * KIB);
    }

    @Test
    void whatWasTakenMeanwhileIsSeenBeforeAnybodyIsCut() {
        Connection quick = new Connection(950);
        quick.taken = 900 * KIB;
        held.tick();
        assertThat(held.held()).isEqualTo(50 * KIB);
        assertThat(quick.shed).isFalse();
    }

    @Test
    void aFailedAllocationCutsOneWhateverTheBudgetSays() {
        Connection one = new Connection(100);
        Connection two = new Connection(200);
        one.account.failed(new OutOfMemoryError("a test says so"));
        ticks(2);
        assertThat(two.shed).isTrue();
        assertThat(one.shed).isFalse();
    }

    @Test
    void nobodyIsCutForLessThanAReadBuffer() {
        for (int i = 0; i < 1000; i++) {
            new Connection(1);
        }
        held.tick();
        assertThat(connections).noneMatch(each -> each.shed);
    }
}
