package dev.etcdbackup.operator.coreos;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * How a restore went, with the fields of the etcd operator. It is absent until the end.
 *
 * @param succeeded whether the cluster was restored
 * @param reason why not
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EtcdRestoreStatus(boolean succeeded, @Nullable String reason) {}
