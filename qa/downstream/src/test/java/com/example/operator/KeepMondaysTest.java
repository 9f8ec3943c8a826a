package com.example.operator;

import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.testkit.RetentionPolicyContract;

/** A contract: whatever it keeps, the policy breaks no rule of policies. */
class KeepMondaysTest extends RetentionPolicyContract {
  @Override
  protected RetentionPolicy newPolicy() {
    return new KeepMondays();
  }
}
