/** Assignments as notebooks: nbgrader's metadata, what students get, and what is taken back from them. Runs anywhere. */
export { gradedNotebook, takeAnswers, type Answer, type TakenAnswers, type TaskAnswer } from './answers'
export {
  assignmentOf,
  placeholdersOf,
  withAssignment,
  type AssignmentMetadata,
  type Calibration,
  type Released,
  type ReleasedCell,
  type Tolerance,
} from './assignment'
export { checksum } from './checksum'
export { compare } from './compare'
export { error, placeOf, warning, type Finding, type Place } from './finding'
export { inOrder, lintMaster } from './lint'
export { belongs, findMarkers, linesOf, type Markers, type Region } from './markers'
export { matchCells, type Match, type Matches } from './match'
export { isGradeId, readNbgrader, withNbgrader, type NbgraderMetadata } from './metadata'
export { releaseNotebook, visiblePoints, type Shares } from './release'
export {
  fits,
  freshGradeId,
  hasPoints,
  isAnswer,
  isLocked,
  pointsByGradeId,
  pointsOf,
  roleOf,
  ROLES,
  totalPoints,
  withPoints,
  withRole,
  type Role,
} from './roles'
export { hasPlaceholder, PLACEHOLDERS, strip, type Placeholders } from './strip'
export { readTestResults, sharesOf, testResults, TESTS_MIME, type SessionTest } from './testResults'
export { callsTest, lineOfTest, namedTests } from './testNames'
export { checkHandIn } from './handIn'
export { changedCells, vanishedCells, type Restoration } from './restore'
