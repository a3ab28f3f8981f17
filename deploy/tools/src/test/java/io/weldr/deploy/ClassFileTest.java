package io.weldr.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

class ClassFileTest {
    private static final String NAME = "Larger";

    /** {@code return a < b ? b : a}, with the answer kept by a subroutine, which only old classes may have. */
    static byte[] larger() {
        ClassWriter to = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        String[] interfaces = {IntBinaryOperator.class.getName().replace('.', '/')};
        to.visit(Opcodes.V1_5, Opcodes.ACC_PUBLIC, NAME, null, "java/lang/Object", interfaces);
        MethodVisitor init = to.visitMethod(Opcodes.ACC_PUBLIC, "<init>", "()V", null, null);
        init.visitCode();
        init.visitVarInsn(Opcodes.ALOAD, 0);
        init.visitMethodInsn(Opcodes.INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
        init.visitInsn(Opcodes.RETURN);
        init.visitMaxs(0, 0);
        init.visitEnd();
        MethodVisitor larger = to.visitMethod(Opcodes.ACC_PUBLIC, "applyAsInt", "(II)I", null, null);
        Label first = new Label();
        Label keep = new Label();
        larger.visitCode();
        larger.visitVarInsn(Opcodes.ILOAD, 1);
        larger.visitVarInsn(Opcodes.ILOAD, 2);
        larger.visitJumpInsn(Opcodes.IF_ICMPGE, first);
        larger.visitVarInsn(Opcodes.ILOAD, 2);
        larger.visitJumpInsn(Opcodes.JSR, keep);
        larger.visitVarInsn(Opcodes.ILOAD, 3);
        larger.visitInsn(Opcodes.IRETURN);
        larger.visitLabel(first);
        larger.visitVarInsn(Opcodes.ILOAD, 1);
        larger.visitJumpInsn(Opcodes.JSR, keep);
        larger.visitVarInsn(Opcodes.ILOAD, 3);
        larger.visitInsn(Opcodes.IRETURN);
        larger.visitLabel(keep);
        larger.visitVarInsn(Opcodes.ASTORE, 4);
        larger.visitVarInsn(Opcodes.ISTORE, 3);
        larger.visitVarInsn(Opcodes.RET, 4);
        larger.visitMaxs(0, 0);
        larger.visitEnd();
        to.visitEnd();
        return to.toByteArray();
    }

    static byte[] ofThisTest() throws IOException {
        try (InputStream in = ClassFileTest.class.getResourceAsStream("ClassFileTest.class")) {
            return requireNonNull(in).readAllBytes();
        }
    }

    private static int largerOf(byte[] bytes, int a, int b) throws Exception {
        // A class that is not of the boot loader is verified when it is linked.
        Class<?> type = new ClassLoader(ClassFileTest.class.getClassLoader()) {
            Class<?> define() {
                return defineClass(NAME, bytes, 0, bytes.length);
            }
        }.define();
        return ((IntBinaryOperator) type.getConstructor().newInstance()).applyAsInt(a, b);
    }

    @Test
    void aClassOfJava5BecomesOneOfJava8AndDoesTheSame() throws Exception {
        byte[] old = larger();
        assertThat(ClassFile.isOld(old)).isTrue();
        assertThat(ClassFile.major(old)).isEqualTo(49);

        byte[] renewed = ClassFile.renewed(old, ClassFileTest.class.getClassLoader());

        assertThat(ClassFile.isOld(renewed)).isFalse();
        assertThat(ClassFile.major(renewed)).isEqualTo(52);
        for (byte[] bytes : new byte[][] {old, renewed}) {
            assertThat(largerOf(bytes, 1, 2)).isEqualTo(2);
            assertThat(largerOf(bytes, 2, 1)).isEqualTo(2);
        }
    }

    @Test
    void onlyOldClassesAreOld() throws Exception {
        assertThat(ClassFile.isOld("some text that is no class".getBytes(UTF_8)))
                .isFalse();
        assertThat(ClassFile.isOld(new byte[0])).isFalse();
        assertThat(ClassFile.isOld(ofThisTest())).isFalse();
    }
}
