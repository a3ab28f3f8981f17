package io.weldr.deploy;

import java.nio.ByteBuffer;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.JSRInlinerAdapter;

/**
 * Brings classes of Java 5 and older to the class file format of Java 8. An AOT cache takes no class of a format before
 * Java 6, because such a class has no stack maps and cannot be verified ahead of time. The behaviour of the class stays
 * what it is. Pure.
 */
final class ClassFile {
    private static final int MAGIC = 0xCAFEBABE;

    private ClassFile() {}

    /** Whether these bytes are a class that an AOT cache does not take. */
    static boolean isOld(byte[] bytes) {
        return bytes.length >= 8 && ByteBuffer.wrap(bytes).getInt() == MAGIC && major(bytes) < Opcodes.V1_6;
    }

    /** The format: 49 is that of Java 5, 52 that of Java 8. */
    static int major(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getShort(6);
    }

    /**
     * The same class in the format of Java 8.
     *
     * @param types knows all types that the class uses
     * @throws TypeNotPresentException a type is not known that a stack map needs
     */
    static byte[] renewed(byte[] old, ClassLoader types) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES) {
            @Override
            protected ClassLoader getClassLoader() {
                return types;
            }
        };
        ClassVisitor renewal = new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public void visit(
                    int version, int access, String name, String signature, String superName, String[] interfaces) {
                super.visit(Opcodes.V1_8, access, name, signature, superName, interfaces);
            }

            @Override
            public MethodVisitor visitMethod(
                    int access, String name, String descriptor, String signature, String[] exceptions) {
                MethodVisitor to = super.visitMethod(access, name, descriptor, signature, exceptions);
                return new JSRInlinerAdapter(to, access, name, descriptor, signature, exceptions);
            }
        };
        new ClassReader(old).accept(renewal, ClassReader.SKIP_FRAMES);
        return writer.toByteArray();
    }
}
