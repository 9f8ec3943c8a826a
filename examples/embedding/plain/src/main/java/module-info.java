/** An application on the module path. */
module com.example.inventory {
  requires dev.etcdbackup.etcd;
  requires dev.etcdbackup.s3;
  requires dev.etcdbackup.service;
  // Guava, which gRPC uses, needs it, and as an automatic module cannot say so.
  requires com.google.common.util.concurrent.internal;
  // So does Netty, which otherwise takes memory on the heap instead of direct buffers.
  requires jdk.unsupported;
  requires jdk.httpserver;
}
