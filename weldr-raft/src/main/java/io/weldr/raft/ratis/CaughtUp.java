package io.weldr.raft.ratis;

import java.lang.reflect.Method;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LogAppender;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a leader take all members for caught up. Ratis notes that of newcomers that vote, and never of learners. Without
 * the note, the leader ends what it sends to a learner whenever any node fails to join, and a learner that opened its
 * log as nobody is not told that it belongs. The note can be changed by reflection only; a version of Ratis that keeps
 * it elsewhere is left as it is, and {@code LearnerIT} fails.
 */
final class CaughtUp {
    private static final Logger LOG = LoggerFactory.getLogger(CaughtUp.class);

    private CaughtUp() {}

    /** Notes it of each member. Does nothing if that node does not lead. Any thread. */
    static void note(RaftServer.Division division) {
        RaftConfiguration members = division.getRaftConf();
        try {
            Object role = call(division, "getRole");
            if (!(call(role, "getLeaderState") instanceof Optional<?> leader) || leader.isEmpty()) {
                return;
            }
            if (call(leader.get(), "getLogAppenders") instanceof Stream<?> appenders) {
                for (Object appender : appenders.toList()) {
                    FollowerInfo follower = ((LogAppender) appender).getFollower();
                    boolean member =
                            members.getPeer(follower.getId(), RaftPeerRole.FOLLOWER, RaftPeerRole.LISTENER) != null;
                    if (member && Boolean.FALSE.equals(call(follower, "isCaughtUp"))) {
                        call(follower, "catchUp");
                    }
                }
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("Members are not noted as caught up", e);
        }
    }

    private static Object call(Object of, String name) throws ReflectiveOperationException {
        Method method = of.getClass().getDeclaredMethod(name);
        method.setAccessible(true);
        return method.invoke(of);
    }
}
