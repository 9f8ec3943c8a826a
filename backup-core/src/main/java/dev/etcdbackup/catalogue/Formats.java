package dev.etcdbackup.catalogue;

import java.util.List;

/**
 * The table of formats, in the order in which they are asked: those whose names have the most fixed
 * text first. No key is in two of them, so the order decides only how fast the answer is.
 */
final class Formats {
  static final List<NameFormat> TABLE =
      List.of(
          new BitnamiFormat(),
          new K3sFormat(),
          new GardenerFormat(),
          new EtcdManagerFormat(),
          new OpenShiftFormat(),
          new TalosFormat(),
          new OmniFormat(),
          new Rke1Format(),
          new KubermaticFormat(),
          new GiantSwarmFormat(),
          new CozystackFormat(),
          new KamajiFormat(),
          new CsmManualFormat(),
          new CsmHmsFormat(),
          new CsmUpgradeFormat(),
          new EtcdOperatorLegacyFormat());

  private Formats() {}
}
