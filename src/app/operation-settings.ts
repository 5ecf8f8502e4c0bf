import type { Config } from '../config/config.js';
import { gibToKib } from '../domain/size.js';
import type { OperationSettings } from '../operations/settings.js';

export function operationSettings(config: Config): OperationSettings {
  const { limits } = config;
  return {
    limits: {
      minBrickKib: gibToKib(limits.minBrickGib),
      maxBrickKib: gibToKib(limits.maxBrickGib),
      maxBricksPerVolume: limits.maxBricksPerVolume,
    },
    maxVolumesPerCluster: limits.maxVolumesPerCluster,
    averageFileKib: limits.averageFileKib,
    zoneChecking: config.zoneChecking,
    preRequestOptions: config.preRequestOptions,
    postRequestOptions: config.postRequestOptions,
    blockHostingOptions: config.blockHosting.options,
    autoCreateBlockHosting: config.blockHosting.autoCreate,
    blockHostingSizeGib: config.blockHosting.sizeGib,
    volumeCreateRetries: config.volumeCreateRetries,
    maxInflight: config.maxInflight,
    operationsPerCluster: config.concurrency.operationsPerCluster,
    healsPerRemoval: config.concurrency.healsPerRemoval,
    healLimitMs: config.healLimitSeconds * 1000,
    hasGlusterLimits: !(config.executor === 'mock' && config.mock.mode === 'lenient'),
    // The original's mock knows no spare metadata, and its figures are in the recorded answers.
    reserveSpareMetadata: !(config.executor === 'mock' && config.mock.mode === 'lenient'),
  };
}
