/** Statuses in words for people. */
import type { SubmissionStatus, TestStatus } from '../result'

/** A sentence to the student. */
export const statusWords: Readonly<Record<SubmissionStatus, string>> = {
  passed: 'All points reached.',
  failed: 'Graded.',
  error: 'Your code ended with an error where it was tested.',
  timeout: 'Your code took longer than the time limit.',
  oom: 'Your code needed more memory than the limit.',
  killed: 'The process of your code ended before its tests did.',
  tampered: 'The submission interfered with its grading.',
  'needs-manual': 'A person has yet to grade a part of it.',
  ungradable: 'The submission could not be graded.',
}

/** A label for tables. */
export const statusLabels: Readonly<Record<SubmissionStatus, string>> = {
  passed: 'all points',
  failed: 'some points missing',
  error: 'error',
  timeout: 'out of time',
  oom: 'out of memory',
  killed: 'killed',
  tampered: 'tampered',
  'needs-manual': 'to be graded by a person',
  ungradable: 'ungradable',
}

/** What became of a test. */
export const testWords: Readonly<Record<TestStatus, string>> = {
  passed: 'Passed.',
  failed: 'Not what was expected.',
  error: 'The code threw an error.',
  timeout: 'It took longer than the time limit.',
  oom: 'It needed more memory than the limit.',
  killed: 'The process ended before the test did.',
  tampered: 'The submission interfered with its grading.',
  missing: 'No result came back.',
  malformed: 'What came back was not a result.',
}
