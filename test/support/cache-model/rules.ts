/** Each rule of the cache's protocol; a model without one of them must be found to serve old pages. */
export interface Rules {
  /** A page is served only if all its tokens are the current ones. */
  everyTokenIsCompared: boolean;
  /** The tokens that a page is stored under are read before the database is asked. */
  tokensBeforeTheQuery: boolean;
  /** A token has a value that it never had before. */
  tokensNeverComeBack: boolean;
  /** A token counts only with the master that made it: a replica that becomes one may lack its end. */
  tokensNameTheIssuer: boolean;
  /** So does the count of invalidations by which a process judges the pages that it keeps. */
  copiesNameTheIssuer: boolean;
  /** A writer replies when all partitions concerned have done it. */
  allPartitionsAcknowledge: boolean;
  /** A writer that doesn't know all watched listings names its scopes again. */
  writersAskForListings: boolean;
  /** Without the set of watched listings every page is out of date. */
  lostListingsClear: boolean;
  /** Only a replica of PostgreSQL that has come as far as the tokens say is asked. */
  replicasAreWaitedFor: boolean;
  /** A position that an earlier master has noted says nothing. */
  positionsNameTheIssuer: boolean;
  /** What an earlier master has acknowledged is covered by the leader, who asks PostgreSQL how far it is. */
  leaderSaysHowFar: boolean;
  /** He asks when he knows the record of positions, and what he says is for that one only. */
  leaderNamesTheRecord: boolean;
  /** A writer that can't reach a partition, as others may, replies when the leader has done it. */
  cutOffWritersWaitForTheLeader: boolean;
  /** Without a writer's position the primary is asked. */
  lostPositionIsUnknown: boolean;
}

export const ALL_RULES: Rules = {
  everyTokenIsCompared: true,
  tokensBeforeTheQuery: true,
  tokensNeverComeBack: true,
  tokensNameTheIssuer: true,
  copiesNameTheIssuer: true,
  allPartitionsAcknowledge: true,
  writersAskForListings: true,
  lostListingsClear: true,
  replicasAreWaitedFor: true,
  positionsNameTheIssuer: true,
  leaderSaysHowFar: true,
  leaderNamesTheRecord: true,
  cutOffWritersWaitForTheLeader: true,
  lostPositionIsUnknown: true,
};
