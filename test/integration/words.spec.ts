import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Names that docs/glossary.md has replaced. Decisions and the changelog keep the words of their time. */
const REPLACED = [
  'OwnEvents',
  'PositionedAppend',
  'appendedInPlace',
  'positionsTaken',
  'SequenceFloor',
  'Announcer',
  'Announcements',
  'AnnouncementOrder',
  'CommitSignal',
  'WakeSignal',
  'LeaseKeeper',
  'CacheUpkeep',
  'Leadership',
  'SettledLog',
  'SettledDelivery',
  'SettledVendors',
  'renewWatched',
  'OwedRenewals',
  'whenSetBack',
  'WatchedPlaces',
  'KnownPlaces',
  'GuardedCache',
  'GLANCE',
  'looked_up',
  'besideIndexOfText',
  'wayToLookUp',
  'insteadOfWalking',
  'ReadPipelines',
  'PlanGeneration',
  'KeyedRequests',
  'KeyedImporter',
  'RunningKeys',
  'noteBody',
  'takesKey',
  'Chore',
  'UnusedTexts',
  'KeyPurge',
  'body-arrival',
  'inherited-names',
  'response-heads',
  'plain-query',
  'ByAuthor',
  'confinedTo',
  'knownJwtSecret',
  'taggedUnlessKnown',
  'until-it-reads',
  'write-in-one-go',
  'letGo',
  'workshopOf',
  'PATIENCE',
  'callLexeme',
  'partLexeme',
  'item-lexemes',
  'RegisteredSubscribersSubscriber',
  'Settle',
  'Invalidator',
  'Invalidation',
  'announcer',
  'announcements',
  'chore',
  'floorOf',
];

/** Words in comments that leave open who does what. */
const RIDDLES = /(?:^\s*(?:\*|--|#)|\/\/ |\/\*\*).*\b(somebody|whoever|nobody|is told|to be told)\b/i;

const files = (...paths: string[]): string[] =>
  execFileSync('git', ['ls-files', '-z', '--', ...paths], { encoding: 'utf8' })
    .split('\0')
    .filter(Boolean);

const linesWith = (pattern: RegExp, paths: readonly string[]): string[] =>
  paths.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );

describe('the words of the code', () => {
  it('have no name that the glossary has replaced', () => {
    const pattern = new RegExp(String.raw`(?<![\w$-])(${REPLACED.join('|')})(?![\w$-])`);
    const paths = files('src', 'test', 'bench/*.ts', 'docs/*.md', 'README.md', 'CONTRIBUTING.md').filter(
      (path) => !path.startsWith('docs/decisions/') && path !== 'test/integration/words.spec.ts',
    );
    expect(linesWith(pattern, paths)).toEqual([]);
  });

  it('say in comments who does what', () => {
    expect(linesWith(RIDDLES, files('src'))).toEqual([]);
  });
});
