import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { EventsModule } from '../events/index.js';
import { ConsumersMetrics } from './consumers.metrics.js';
import { ConsumerFeed } from './feed/consumer-feed.js';
import { ConsumersController } from './http/consumers.controller.js';
import { LeasesController } from './http/leases.controller.js';
import { ProjectionsController } from './http/projections.controller.js';
import { ConsumerLeases } from './leases/consumer-leases.js';
import { LeaseWaits } from './leases/lease-waits.js';
import { PartitionClaims } from './partitions/partition-claims.js';
import { ProjectionBuilds } from './projections/projection-builds.js';
import { ProjectionPositions } from './projections/projection-positions.js';
import { ProjectionsMetrics } from './projections/projections.metrics.js';
import { Projections } from './projections/projections.js';
import { ConsumerRunners } from './runner/consumer-runners.js';
import { Rests } from './runner/rests.js';
import { Checkpoints } from './store/checkpoints.js';
import { ConsumerStore } from './store/consumer-store.js';
import { ConsumerStates } from './store/consumer-states.js';
import { Failures } from './store/failures.js';

/**
 * Durable consumers of the log: checkpoints, partitions with one owner each, retries; in the process and over HTTP. And
 * projections: tables that are made of the log.
 */
@Module({
  imports: [DiscoveryModule, EventsModule],
  controllers: [ConsumersController, LeasesController, ProjectionsController],
  providers: [
    ConsumersMetrics,
    ConsumerStore,
    ConsumerStates,
    Checkpoints,
    Failures,
    PartitionClaims,
    ConsumerFeed,
    ConsumerRunners,
    Rests,
    ProjectionBuilds,
    ProjectionPositions,
    Projections,
    ProjectionsMetrics,
    ConsumerLeases,
    LeaseWaits,
  ],
  exports: [ConsumerStates, ProjectionPositions],
})
export class ConsumersModule {}
