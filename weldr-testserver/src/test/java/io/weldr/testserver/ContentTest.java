package io.weldr.testserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ContentTest {
    @Test
    void piecesJoinUpToTheSameBytes() {
        int length = 3 * Content.PERIOD_BYTES + 7;
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        Body body = Body.content(length);
        for (ByteBuf piece = body.next(); piece != null; piece = body.next()) {
            joined.writeBytes(ByteBufUtil.getBytes(piece));
            piece.release();
        }
        assertThat(joined.toByteArray()).isEqualTo(Content.bytes(0, length));
        assertThat(HexFormat.of().formatHex(Content.sha256().digest(joined.toByteArray())))
                .isEqualTo(Content.sha256(length));
    }

    @Test
    void aPieceMayStartAnywhere() {
        long offset = 5_000_000_123L;
        ByteBuf piece = Content.piece(offset, 1000);
        assertThat(ByteBufUtil.getBytes(piece)).isEqualTo(Content.bytes(offset, 1000));
        piece.release();
    }

    @Test
    void theBytesAreTheSameForEver() {
        assertThat(Content.sha256(1_000_000))
                .isEqualTo("cec4a85bfaeeace857e028630155b30368117c6a13b21c071d8a2691524aaca7");
    }
}
