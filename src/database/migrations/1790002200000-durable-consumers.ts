import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Durable consumers of the log. `consumer_partitions.position`: the checkpoint; `term` goes up with each new owner or
 * lease, pause and seek, so that what was begun before can't be committed. `lease…`: of HTTP consumers only. A row of
 * `consumer_failures` without `next_attempt_at` is parked. The pages of checkpoints are kept half empty, so that moving
 * one enters no index.
 */
export class DurableConsumers1790002200000 implements MigrationInterface {
  readonly name = 'DurableConsumers1790002200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE event_consumers (
        name text COLLATE "C" PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('in-process', 'http')),
        filter jsonb NOT NULL,
        on_failure text NOT NULL CHECK (on_failure IN ('block', 'skip')),
        max_attempts integer NOT NULL CHECK (max_attempts >= 1),
        paused boolean NOT NULL DEFAULT false,
        created_at timestamptz(3) NOT NULL
      )`);
    await queryRunner.query(`
      CREATE TABLE consumer_partitions (
        consumer text COLLATE "C" REFERENCES event_consumers ON DELETE CASCADE,
        partition integer,
        position bigint NOT NULL,
        term bigint NOT NULL DEFAULT 0,
        owner text,
        lease uuid,
        lease_until timestamptz,
        leased_up_to bigint,
        leased_retries uuid[],
        PRIMARY KEY (consumer, partition)
      ) WITH (fillfactor = 50)`);
    await queryRunner.query(`
      CREATE TABLE consumer_failures (
        consumer text COLLATE "C" REFERENCES event_consumers ON DELETE CASCADE,
        partition integer NOT NULL,
        event_id uuid,
        position bigint NOT NULL,
        key text COLLATE "C" NOT NULL,
        attempts integer NOT NULL,
        error text NOT NULL,
        first_failed_at timestamptz(3) NOT NULL,
        next_attempt_at timestamptz,
        parked_at timestamptz(3),
        dropped boolean NOT NULL DEFAULT false,
        PRIMARY KEY (consumer, event_id)
      )`);
    await queryRunner.query(`
      CREATE INDEX consumer_failures_due ON consumer_failures (consumer, partition, next_attempt_at)`);
    await queryRunner.query(`
      CREATE TABLE consumer_instances (
        id text COLLATE "C" PRIMARY KEY,
        consumers text[] NOT NULL,
        seen_at timestamptz NOT NULL
      ) WITH (fillfactor = 50)`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations are forward only'));
  }
}
