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
 * Has a leader take all members for caught up. Ratis notes that of newcomers that vote, and of learners never: each node
 * that fails to join, whoever it is, would end what is sent to them, and they would wait for a first message that says
 * that they belong. The leader's note can be had by reflection only; if a version of Ratis keeps it elsewhere, it is
 * left as it is ({@code CaughtUpIT} tells).
 */
final class CaughtUp {
    private static final Logger LOG = LoggerFactory.getLogger(CaughtUp.class);

    private CaughtUp() {}

    /** Notes it of all members that it is not noted of. Does nothing if that node does not lead. Any thread. */
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
