package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What is said when libraries are missing; qa/embedding has applications with those that do not
 * fit.
 */
class GrpcLibrariesTest {
  @Test
  void theModuleIsNamedThatWasNotResolved() {
    assertThat(
            GrpcLibraries.explain(
                new NoClassDefFoundError(
                    "com/google/common/util/concurrent/internal/InternalFutureFailureAccess")))
        .startsWith("the module com.google.common.util.concurrent.internal is missing")
        .contains("InternalFutureFailureAccess", "module-info.java", "--add-modules")
        .doesNotContain("do not fit");
  }

  @Test
  void otherwiseTheLibrariesAreNamed() {
    assertThat(GrpcLibraries.explain(new NoSuchMethodError("io.grpc.X\n.y()")))
        .startsWith("the libraries of this application do not fit together (NoSuchMethodError: ")
        .contains("io.grpc.X .y()", "found grpc-api", "netty-transport", "protobuf-java");
  }

  /** On the module path an automatic module cannot require another one. */
  @Test
  void aRecorderWithoutTheModuleOfSnapshotsIsRefusedWhenItIsMade() throws Exception {
    Class<?> recorder = new WithoutChanges().loadClass(ChangeRecorder.class.getName());
    Method builder = null;
    for (Method method : recorder.getMethods()) {
      builder = method.getName().equals("builder") ? method : builder;
    }
    assertThat(builder).isNotNull();
    Object[] arguments = {null, new InMemoryBackupStore(), "p", null};
    assertThat(builder.getParameterTypes()[1]).isEqualTo(BackupStore.class);
    Method called = builder;
    assertThatThrownBy(() -> called.invoke(null, arguments))
        .isInstanceOf(InvocationTargetException.class)
        .cause()
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("the module dev.etcdbackup.snapshot is missing");
  }

  /** Defines the classes of this module anew, and finds none of recorded changes. */
  private static final class WithoutChanges extends ClassLoader {
    WithoutChanges() {
      super(GrpcLibrariesTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("dev.etcdbackup.changes.")) {
        throw new ClassNotFoundException(name);
      }
      if (!name.startsWith("dev.etcdbackup.etcd.")) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : define(name);
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (@Nullable InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
