import { jest } from '@jest/globals';
import type { ProjectionHandler } from '../../src/consumers/index.js';
import type { ProjectionState } from '../../src/contracts/index.js';
import type { TestApp } from './app.js';

export async function projectionStates(app: TestApp): Promise<ProjectionState[]> {
  return (await app.request<{ projections: ProjectionState[] }>('GET', '/api/projections')).body.projections;
}

export async function projectionState(app: TestApp, name: string): Promise<ProjectionState | undefined> {
  return (await projectionStates(app)).find((state) => state.name === name);
}

/** Batches of a projection that wait to be begun. */
export interface HeldBatches {
  begin(): void;
  /** Has those that come from now on wait as well. */
  hold(): void;
}

/** Has all batches of a projection wait, from now on until the test restores its mocks. */
export function holdBatches({ prototype }: { prototype: ProjectionHandler }): HeldBatches {
  let begin: () => void;
  let begun: Promise<void>;
  const hold = (): void => void (begun = new Promise<void>((resolve) => (begin = resolve)));
  hold();
  const { apply } = prototype;
  jest.spyOn(prototype, 'apply').mockImplementation(async function (
    this: ProjectionHandler,
    ...batch: Parameters<ProjectionHandler['apply']>
  ) {
    await begun;
    return apply.call(this, ...batch);
  });
  return { begin: () => begin(), hold };
}
