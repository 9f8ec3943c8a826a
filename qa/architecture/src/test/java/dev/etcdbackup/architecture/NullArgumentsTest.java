package dev.etcdbackup.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The factories of public types, and the setters of builders, refuse null when they are called:
 * otherwise something fails later, where nothing says which argument was missing. Each is called
 * with values of which one is null.
 */
@Timeout(120)
class NullArgumentsTest {
  private static final Pattern TYPE = Pattern.compile("`(dev\\.etcdbackup\\.[\\w.]+)`");

  /** Types that are not on this class path or need one of others, and the testkit's servers. */
  private static final Pattern OTHERS =
      Pattern.compile("dev\\.etcdbackup\\.(kubernetes\\.(?!objects\\.)|testkit\\.|etcd\\.Jetcd).*");

  private static final int DEPTH = 4; // of the values that the makers of values need

  private final Map<Class<?>, Object> values =
      new HashMap<>(
          Map.ofEntries(
              Map.entry(int.class, 1),
              Map.entry(long.class, 1L),
              Map.entry(double.class, 1.0),
              Map.entry(boolean.class, false),
              Map.entry(char.class, '/'),
              Map.entry(String.class, "p"),
              Map.entry(byte[].class, new byte[1]),
              Map.entry(Path.class, Path.of("/nonexistent")),
              Map.entry(URI.class, URI.create("http://127.0.0.1:1")),
              Map.entry(Duration.class, Duration.ofMinutes(1)),
              Map.entry(Instant.class, Instant.parse("2020-01-01T00:00:00Z")),
              Map.entry(ZoneId.class, ZoneOffset.UTC),
              Map.entry(InputStream.class, InputStream.nullInputStream()),
              Map.entry(OutputStream.class, OutputStream.nullOutputStream()),
              Map.entry(Optional.class, Optional.empty()),
              Map.entry(OptionalLong.class, OptionalLong.empty()),
              Map.entry(List.class, List.of()),
              Map.entry(Collection.class, List.of()),
              Map.entry(Set.class, Set.of()),
              Map.entry(Map.class, Map.of())));
  private final Set<String> accepted = new TreeSet<>();
  private int refused;

  @Test
  void factoriesAndBuildersRefuseNull() throws Exception {
    for (Class<?> type : publicTypes()) {
      for (Method method : type.getDeclaredMethods()) {
        boolean isFactory = Modifier.isStatic(method.getModifiers()) && !type.isEnum();
        boolean isSetter = type.getSimpleName().endsWith("Builder");
        if (Modifier.isPublic(method.getModifiers()) && (isFactory || isSetter)) {
          callWithNulls(type, method, isFactory);
        }
      }
    }
    assertThat(accepted).as("parameters that may be null").isEmpty();
    assertThat(refused).as("parameters that were tried").isGreaterThan(150);
  }

  private void callWithNulls(Class<?> type, Method method, boolean isStatic) {
    for (int i = 0; i < method.getParameterCount(); i++) {
      Optional<Object> target = isStatic ? Optional.of("none") : make(type, DEPTH);
      Optional<Object[]> arguments = arguments(method, DEPTH);
      if (method.getParameterTypes()[i].isPrimitive()
          || isNullable(method.getAnnotatedParameterTypes()[i])
          || target.isEmpty()
          || arguments.isEmpty()) {
        continue;
      }
      arguments.get()[i] = null;
      String parameter = method + ": " + (i + 1);
      try {
        Object unused = method.invoke(isStatic ? null : target.get(), arguments.get());
        accepted.add(parameter);
      } catch (InvocationTargetException e) {
        if (e.getCause() instanceof NullPointerException) {
          refused++;
        } else {
          accepted.add(parameter + " " + e.getCause());
        }
      } catch (IllegalAccessException e) {
        throw new IllegalStateException(parameter, e);
      }
    }
  }

  private static boolean isNullable(AnnotatedType type) {
    return Arrays.stream(type.getAnnotations())
        .anyMatch(one -> one.annotationType().getSimpleName().equals("Nullable"));
  }

  /** A value of a type, for a call; empty when there is none. */
  private Optional<Object> value(Class<?> type, int depth) {
    if (!values.containsKey(type)) {
      if (type.isEnum()) {
        values.put(type, type.getEnumConstants()[0]);
      } else if (type.isInterface() && !type.isSealed()) {
        values.put(type, fake(type));
      } else if (type.isArray()) {
        values.put(type, Array.newInstance(type.getComponentType(), 0));
      } else if (depth > 0) {
        make(type, depth - 1).ifPresent(made -> values.put(type, made));
      }
    }
    return Optional.ofNullable(values.get(type));
  }

  private Optional<Object[]> arguments(Executable called, int depth) {
    List<Optional<Object>> found =
        Arrays.stream(called.getParameterTypes()).map(one -> value(one, depth)).toList();
    return found.stream().allMatch(Optional::isPresent)
        ? Optional.of(found.stream().map(Optional::get).toArray())
        : Optional.empty();
  }

  /** Makes a value by one of its factories or constructors, or by one of the type around it. */
  private Optional<Object> make(Class<?> type, int depth) {
    Stream<Method> around =
        Stream.of(type, type.getEnclosingClass() == null ? type : type.getEnclosingClass())
            .flatMap(one -> Arrays.stream(one.getMethods()))
            .filter(one -> Modifier.isStatic(one.getModifiers()) && one.getReturnType() == type);
    List<Executable> makers = new ArrayList<>(around.toList());
    makers.addAll(List.of(type.getConstructors()));
    makers.sort(Comparator.comparingInt(Executable::getParameterCount));
    for (Executable maker : makers) {
      Optional<Object> made = arguments(maker, depth).flatMap(some -> call(maker, some));
      if (made.isPresent()) {
        return made;
      }
    }
    return Optional.empty();
  }

  /** The result of a factory or constructor; empty when it refuses these values. */
  private static Optional<Object> call(Executable maker, Object[] values) {
    try {
      return Optional.ofNullable(
          maker instanceof Constructor<?> constructor
              ? constructor.newInstance(values)
              : ((Method) maker).invoke(null, values));
    } catch (ReflectiveOperationException e) {
      return Optional.empty();
    }
  }

  private static Object fake(Class<?> type) {
    return Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (proxy, method, arguments) -> {
          Class<?> result = method.getReturnType();
          return result == boolean.class
              ? (Object) false
              : result == int.class ? (Object) 0 : result == String.class ? "fake" : null;
        });
  }

  /** The types of docs/api.md that are on this class path, and the types in them. */
  private static List<Class<?>> publicTypes() throws Exception {
    List<Class<?>> types = new ArrayList<>();
    Matcher name = TYPE.matcher(Files.readString(Modules.ROOT.resolve("docs/api.md")));
    while (name.find()) {
      if (OTHERS.matcher(name.group(1)).matches()) {
        continue;
      }
      Class<?> type = Class.forName(name.group(1));
      types.add(type);
      types.addAll(List.of(type.getClasses()));
    }
    return types;
  }
}
