package dev.etcdbackup.benchmarks;

/**
 * Another version of the library.
 *
 * @param name the commit or tag that it was built from
 * @param classPath its classes with those of its benchmarks and of all that they need
 */
record OtherVersion(String name, String classPath) {}
